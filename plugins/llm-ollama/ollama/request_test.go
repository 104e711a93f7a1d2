package ollama_test

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/ollama/ollama/api"

	"github.com/bothost/bothost/plugins/llm-ollama/fakeollama"
	"github.com/bothost/bothost/plugins/llm-ollama/ollama"
	"github.com/bothost/bothost/sdk"
	"github.com/bothost/bothost/sdk/fault"
	"github.com/bothost/bothost/sdk/llm"
	"github.com/bothost/bothost/sdk/message"
	"github.com/bothost/bothost/sdk/schema"
)

// received gives what the server got of a request.
func received(t *testing.T, request llm.Request[ollama.Options]) api.ChatRequest {
	t.Helper()
	server := fakeollama.New(model)
	provider := start(t, server, ollama.Config{})
	var told collect
	if _, err := provider.Chat(t.Context(), request, told.emit); err != nil {
		t.Fatal(err)
	}
	requests := server.Requests()
	if len(requests) != 1 {
		t.Fatalf("the server got %d requests, want 1", len(requests))
	}
	return requests[0]
}

func TestOptions(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		options ollama.Options
		want    map[string]any
	}{
		"the reply is always bounded": {want: map[string]any{"num_predict": 1024.0}},
		"zero is a value": {
			options: ollama.Options{Temperature: new(0.0), Seed: new(0), TopP: new(0.0), TopK: new(0)},
			want:    map[string]any{"num_predict": 1024.0, "temperature": 0.0, "seed": 0.0, "top_p": 0.0, "top_k": 0.0},
		},
		"all of them": {
			options: ollama.Options{
				Temperature: new(0.7), MaxTokens: new(500), TopP: new(0.9), TopK: new(40),
				Seed: new(7), NumCtx: new(4096), Stop: []string{"END", "\n\n"},
			},
			want: map[string]any{
				"temperature": 0.7, "num_predict": 500.0, "top_p": 0.9, "top_k": 40.0,
				"seed": 7.0, "num_ctx": 4096.0, "stop": []any{"END", "\n\n"},
			},
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			request := hello()
			request.Options = test.options
			request.Options.Model = model
			if diff := cmp.Diff(test.want, received(t, request).Options); diff != "" {
				t.Errorf("options (-want +got):\n%s", diff)
			}
		})
	}
}

func TestKeepAliveAndThinking(t *testing.T) {
	t.Parallel()
	bare := received(t, hello())
	if bare.KeepAlive != nil || bare.Think != nil {
		t.Errorf("keep_alive is %v and think %v, want both left to the server", bare.KeepAlive, bare.Think)
	}
	request := hello()
	request.Options.KeepAlive, request.Options.Think = new(ollama.KeepAlive(10*time.Minute)), new(false)
	got := received(t, request)
	if got.KeepAlive == nil || got.KeepAlive.String() != "10m0s" {
		t.Errorf("keep_alive is %v, want 10m", got.KeepAlive)
	}
	if got.Think == nil || got.Think.Value != false {
		t.Errorf("think is %v, want false", got.Think)
	}
}

func TestMessages(t *testing.T) {
	t.Parallel()
	odd := "{{7*7}} {{ .System }} ${HOME} <|user|> \"quoted\" \\n 🦊\u2028" + strings.Repeat("long ", 20_000)
	request := ask(
		message.New(message.System, odd),
		message.New(message.User, "first"),
		message.Message{Role: message.Assistant, Parts: []message.Part{
			message.Text("let me see"),
			message.ToolCall{ID: "call-1", Name: "clock", Arguments: []byte(`{"zone":"UTC"}`)},
		}},
		message.Message{Role: message.Tool, Parts: []message.Part{
			message.ToolResult{CallID: "call-1", Text: "noon"}, message.ToolResult{CallID: "call-2", Text: "night"},
		}},
		message.Message{Role: message.User, Parts: []message.Part{
			message.Text(odd), message.Text(" and this"), message.Blob{MediaType: "image/png", Data: []byte("png")},
		}},
	)
	arguments := api.NewToolCallFunctionArguments()
	arguments.Set("zone", "UTC")
	want := []api.Message{
		{Role: "system", Content: odd},
		{Role: "user", Content: "first"},
		{Role: "assistant", Content: "let me see", ToolCalls: []api.ToolCall{
			{ID: "call-1", Function: api.ToolCallFunction{Name: "clock", Arguments: arguments}},
		}},
		{Role: "tool", Content: "noon", ToolCallID: "call-1"},
		{Role: "tool", Content: "night", ToolCallID: "call-2"},
		{Role: "user", Content: odd + " and this", Images: []api.ImageData{[]byte("png")}},
	}
	compareArguments := cmp.Comparer(func(a, b api.ToolCallFunctionArguments) bool { return a.String() == b.String() })
	if diff := cmp.Diff(want, received(t, request).Messages, compareArguments); diff != "" {
		t.Errorf("messages (-want +got):\n%s", diff)
	}
}

func TestAnEmptyConversation(t *testing.T) {
	t.Parallel()
	if got := received(t, ask()); len(got.Messages) != 0 {
		t.Errorf("messages are %v, want none", got.Messages)
	}
}

func TestWhatOllamaHasNoPlaceFor(t *testing.T) {
	t.Parallel()
	server := fakeollama.New(model)
	provider := start(t, server, ollama.Config{})
	tests := map[string]struct {
		part message.Part
		says string
	}{
		"a document":                  {part: message.Blob{MediaType: "application/pdf"}, says: "application/pdf"},
		"arguments that are no JSON":  {part: message.ToolCall{ID: "call-1", Arguments: []byte("{")}, says: "call-1"},
		"a part that nobody has made": {part: nil, says: "unknown type"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var told collect
			request := ask(message.Message{Role: message.User, Parts: []message.Part{message.Text("see"), test.part}})
			_, err := provider.Chat(t.Context(), request, told.emit)
			if !fault.Is(err, fault.Invalid) || !strings.Contains(err.Error(), test.says) {
				t.Errorf("got %v, want an invalid request that names %q", err, test.says)
			}
		})
	}
	t.Cleanup(func() {
		if got := server.Requests(); len(got) != 0 {
			t.Errorf("the server got %d requests", len(got))
		}
	})
}

func TestWrongConfiguration(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		config ollama.Config
		key    string
	}{
		"no scheme":    {config: ollama.Config{BaseURL: "localhost:11434"}, key: "base_url"},
		"no host":      {config: ollama.Config{BaseURL: "http://"}, key: "base_url"},
		"another kind": {config: ollama.Config{BaseURL: "ftp://localhost"}, key: "base_url"},
		"no URL":       {config: ollama.Config{BaseURL: "http://me:secret@[::1"}, key: "base_url"},
		"no time":      {config: ollama.Config{IdleTimeout: new(schema.Duration(0))}, key: "idle_timeout"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := ollama.Open(t.Context(), test.config, sdk.Settings{})
			got := fault.As(err)
			if got == nil || got.Code != fault.Invalid || len(got.Fields) != 1 || got.Fields[0].Key != test.key {
				t.Fatalf("got %+v, want an invalid %s", got, test.key)
			}
			if strings.Contains(err.Error(), "secret") {
				t.Errorf("the error gives the password away: %v", err)
			}
		})
	}
}
