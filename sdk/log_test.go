package sdk_test

import (
	"bytes"
	"context"
	"encoding/json"
	"net"
	"testing"

	"github.com/google/go-cmp/cmp"
	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/test/bufconn"

	"github.com/bothost/bothost/sdk"
	"github.com/bothost/bothost/sdk/client"
	"github.com/bothost/bothost/sdk/llm"
	"github.com/bothost/bothost/sdk/memory"
	"github.com/bothost/bothost/sdk/message"
	pluginv1 "github.com/bothost/bothost/sdk/plugin/v1"
)

// writer logs in each call, and panics when it is told to.
type writer struct{}

func (writer) Chat(ctx context.Context, request llm.Request[none], _ func(string) error) (llm.Result, error) {
	if request.Messages[0].Text() == "panic" {
		panic("as told")
	}
	sdk.Logger(ctx).Info("asked")
	return llm.Result{FinishReason: "stop"}, nil
}

func (writer) Window() memory.Window { return memory.Window{} }

func (writer) Recall(ctx context.Context, _ memory.Request) (memory.Response, error) {
	sdk.Logger(ctx).Info("asked")
	return memory.Response{Next: memory.Prompt{}}, nil
}

func openWriter(ctx context.Context, _ none, _ sdk.Settings) (writer, error) {
	sdk.Logger(ctx).Info("asked")
	return writer{}, nil
}

// TestLinesTellTheirTurn checks what is said of a call with each line that is
// logged in it, also by a panic.
func TestLinesTellTheirTurn(t *testing.T) {
	t.Parallel()
	tags := map[string]any{"tenant": "a", "conversation": "c", "turn": 7.0}
	chat := func(text string) func(context.Context, client.Instance) error {
		return func(ctx context.Context, instance client.Instance) error {
			_, err := client.LLM{Instance: instance}.Chat(ctx, llm.Request[json.RawMessage]{
				Tenant: "a", Conversation: "c", Turn: 7, Messages: []message.Message{message.New(message.User, text)},
			}, func(string) error { return nil })
			return err
		}
	}
	for name, test := range map[string]struct {
		plugin func() (*sdk.Plugin, error)
		call   func(context.Context, client.Instance) error
		line   string
		fails  bool
	}{
		"a model's": {
			plugin: func() (*sdk.Plugin, error) { return sdk.NewLLM("llm-writer", "1", openWriter) },
			call:   chat("hello"), line: "asked",
		},
		"a panic's": {
			plugin: func() (*sdk.Plugin, error) { return sdk.NewLLM("llm-writer", "1", openWriter) },
			call:   chat("panic"), line: "panic", fails: true,
		},
		"a memory's": {
			plugin: func() (*sdk.Plugin, error) { return sdk.NewMemory("memory-writer", "1", openWriter) },
			call: func(ctx context.Context, instance client.Instance) error {
				_, err := client.Memory{Instance: instance}.Recall(ctx, memory.Request{
					Tenant: "a", Conversation: "c", Turn: 7, Phase: memory.BeforeReply, UserMessage: message.New(message.User, "hello"),
				})
				return err
			},
			line: "asked",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			plugin, err := test.plugin()
			if err != nil {
				t.Fatal(err)
			}
			var log bytes.Buffer
			conn := connect(t, plugin.WithLog(&log))
			_, err = pluginv1.NewPluginServiceClient(conn).Open(t.Context(), &pluginv1.OpenRequest{Instance: "i", Config: []byte("{}")})
			if err != nil {
				t.Fatal(err)
			}
			if got := tagsOf(t, log.Bytes(), "asked"); len(got) != 0 {
				t.Errorf("what is logged in Open is tagged %v", got)
			}
			log.Reset()
			if err := test.call(t.Context(), client.Instance{Conn: conn, ID: "i"}); (err != nil) != test.fails {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tags, tagsOf(t, log.Bytes(), test.line)); diff != "" {
				t.Errorf("tags, want and got:\n%s", diff)
			}
		})
	}
}

// connect serves a plugin in this process.
func connect(t *testing.T, plugin *sdk.Plugin) *grpc.ClientConn {
	t.Helper()
	listener := bufconn.Listen(1 << 16)
	server := grpc.NewServer(plugin.ServerOptions()...)
	plugin.Register(server)
	go func() { _ = server.Serve(listener) }()
	t.Cleanup(server.Stop)
	conn, err := grpc.NewClient("passthrough:///plugin", grpc.WithTransportCredentials(insecure.NewCredentials()),
		grpc.WithContextDialer(func(ctx context.Context, _ string) (net.Conn, error) { return listener.DialContext(ctx) }))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close() })
	return conn
}

// tagsOf gives what a line says of its call.
func tagsOf(t *testing.T, log []byte, line string) map[string]any {
	t.Helper()
	for _, raw := range bytes.Split(bytes.TrimSpace(log), []byte("\n")) {
		var fields map[string]any
		if err := json.Unmarshal(raw, &fields); err != nil {
			t.Fatal(err)
		}
		if fields["@message"] != line {
			continue
		}
		tags := map[string]any{}
		for _, name := range []string{"tenant", "conversation", "turn"} {
			if value, ok := fields[name]; ok {
				tags[name] = value
			}
		}
		return tags
	}
	t.Fatalf("%q is not in the log: %s", line, log)
	return nil
}
