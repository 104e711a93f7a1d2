package sdk_test

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"
	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/test/bufconn"

	"github.com/bothost/bothost/sdk"
	"github.com/bothost/bothost/sdk/client"
	"github.com/bothost/bothost/sdk/fault"
	"github.com/bothost/bothost/sdk/llm"
	pluginv1 "github.com/bothost/bothost/sdk/plugin/v1"
)

// TestMain makes this binary the plugin of TestDebug and its like.
func TestMain(m *testing.M) {
	if os.Getenv(debugged) != "" {
		serveDebugged()
	}
	goleak.VerifyTestMain(m)
}

type none struct{}

// speaker is a provider that is a function.
type speaker func(ctx context.Context, emit func(string) error) error

func (s speaker) Chat(ctx context.Context, _ llm.Request[none], emit func(string) error) (llm.Result, error) {
	return llm.Result{Model: "m", FinishReason: "stop"}, s(ctx, emit)
}

// serveSpeaker serves a provider over a connection in memory.
func serveSpeaker(t *testing.T, speak speaker) client.LLM {
	t.Helper()
	plugin, err := sdk.NewLLM("llm-speaker", "1", func(context.Context, none, sdk.Settings) (speaker, error) { return speak, nil })
	if err != nil {
		t.Fatal(err)
	}
	plugin = plugin.WithLog(io.Discard)
	listener := bufconn.Listen(1 << 16)
	server := grpc.NewServer(plugin.ServerOptions()...)
	plugin.Register(server)
	var running sync.WaitGroup
	running.Go(func() { _ = server.Serve(listener) })
	conn, err := grpc.NewClient("passthrough:///speaker", grpc.WithTransportCredentials(insecure.NewCredentials()),
		grpc.WithContextDialer(func(ctx context.Context, _ string) (net.Conn, error) { return listener.DialContext(ctx) }))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = conn.Close()
		server.Stop()
		running.Wait()
	})
	if _, err := pluginv1.NewPluginServiceClient(conn).Open(t.Context(), &pluginv1.OpenRequest{Instance: "i", Config: []byte(`{}`)}); err != nil {
		t.Fatal(err)
	}
	return client.LLM{Instance: client.Instance{Conn: conn, ID: "i"}}
}

// hear has a reply and gives its pieces.
func hear(t *testing.T, provider client.LLM, whole bool) ([]string, error) {
	t.Helper()
	var pieces []string
	_, err := provider.Chat(t.Context(), llm.Request[json.RawMessage]{Whole: whole}, func(text string) error {
		pieces = append(pieces, text)
		return nil
	})
	return pieces, err
}

// TestPieces checks that a reply arrives as it was said, in fewer pieces if
// nobody reads it before its end.
func TestPieces(t *testing.T) {
	t.Parallel()
	const count = 1000
	provider := serveSpeaker(t, func(_ context.Context, emit func(string) error) error {
		for range count {
			if err := emit("words "); err != nil {
				return err
			}
		}
		return nil
	})
	for name, whole := range map[string]bool{"as it comes": false, "as a whole": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			pieces, err := hear(t, provider, whole)
			if got := strings.Join(pieces, ""); err != nil || got != strings.Repeat("words ", count) {
				t.Errorf("heard %d bytes, %v", len(got), err)
			}
			if whole && len(pieces) > count/10 {
				t.Errorf("a reply that is read as a whole came in %d pieces", len(pieces))
			}
		})
	}
}

// TestPiecesComeAtOnce checks that a piece does not wait for the next one.
func TestPiecesComeAtOnce(t *testing.T) {
	t.Parallel()
	heard := make(chan struct{})
	provider := serveSpeaker(t, func(ctx context.Context, emit func(string) error) error {
		if err := emit("first"); err != nil {
			return err
		}
		select {
		case <-heard:
			return emit("second")
		case <-time.After(10 * time.Second):
			return errors.New("the first piece was held back")
		}
	})
	told := sync.OnceFunc(func() { close(heard) })
	_, err := provider.Chat(t.Context(), llm.Request[json.RawMessage]{}, func(string) error { told(); return nil })
	if err != nil {
		t.Error(err)
	}
}

// TestPiecesBeforeAnEnd checks that what was said before a provider failed, or
// panicked, is told.
func TestPiecesBeforeAnEnd(t *testing.T) {
	t.Parallel()
	for name, end := range map[string]func() error{
		"an error": func() error { return fault.New(fault.Unavailable, "gone") },
		"a panic":  func() error { panic("broken") },
	} {
		for _, whole := range []bool{false, true} {
			t.Run(name, func(t *testing.T) {
				t.Parallel()
				provider := serveSpeaker(t, func(_ context.Context, emit func(string) error) error {
					return errors.Join(emit("so "), emit("far"), end())
				})
				pieces, err := hear(t, provider, whole)
				if err == nil || strings.Join(pieces, "") != "so far" {
					t.Errorf("heard %q, %v", pieces, err)
				}
			})
		}
	}
}

// TestNoTextIsRefused checks that half a code point does not get on the wire.
func TestNoTextIsRefused(t *testing.T) {
	t.Parallel()
	provider := serveSpeaker(t, func(_ context.Context, emit func(string) error) error { return emit("\xe2\x82") })
	for _, whole := range []bool{false, true} {
		if pieces, err := hear(t, provider, whole); !fault.Is(err, fault.Internal) || len(pieces) > 0 {
			t.Errorf("heard %q, %v", pieces, err)
		}
	}
}

// TestListenerWhoLeaves checks that a provider learns that nobody listens any
// more, and is not kept.
func TestListenerWhoLeaves(t *testing.T) {
	t.Parallel()
	stopped := make(chan error, 1)
	provider := serveSpeaker(t, func(ctx context.Context, emit func(string) error) error {
		for {
			if err := emit("and on "); err != nil {
				stopped <- err
				return err
			}
		}
	})
	gone := errors.New("gone")
	_, err := provider.Chat(t.Context(), llm.Request[json.RawMessage]{}, func(string) error { return gone })
	if !errors.Is(err, gone) {
		t.Errorf("got %v", err)
	}
	if err := <-stopped; err == nil {
		t.Error("emit gave no error")
	}
}
