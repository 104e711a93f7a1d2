package openai_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/bothost/bothost/plugins/llm-openai/fakeopenai"
	"github.com/bothost/bothost/plugins/llm-openai/openai"
	"github.com/bothost/bothost/sdk"
	"github.com/bothost/bothost/sdk/fault"
	"github.com/bothost/bothost/sdk/llm"
	"github.com/bothost/bothost/sdk/message"
	"github.com/bothost/bothost/sdk/schema"
)

type object = map[string]any

// received gives what the server got of a request.
func received(t *testing.T, config openai.Config, request llm.Request[openai.Options]) fakeopenai.Request {
	t.Helper()
	server := fakeopenai.New(model)
	provider := start(t, server, config)
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
		config  openai.Config
		options openai.Options
		want    object
	}{
		"nothing is sent that is not set": {want: object{}},
		"zero is a value": {
			options: openai.Options{Temperature: new(0.0), TopP: new(0.0), Seed: new(int64(0)), PresencePenalty: new(0.0), FrequencyPenalty: new(0.0)},
			want:    object{"temperature": 0.0, "top_p": 0.0, "seed": 0.0, "presence_penalty": 0.0, "frequency_penalty": 0.0},
		},
		"all of them": {
			options: openai.Options{
				Temperature: new(0.7), TopP: new(0.9), MaxTokens: new(int64(500)), Stop: []string{"END", "\n\n"}, Seed: new(int64(7)),
				PresencePenalty: new(-1.5), FrequencyPenalty: new(2.0), ReasoningEffort: "low",
			},
			want: object{
				"temperature": 0.7, "top_p": 0.9, "max_tokens": 500.0, "stop": []any{"END", "\n\n"}, "seed": 7.0,
				"presence_penalty": -1.5, "frequency_penalty": 2.0, "reasoning_effort": "low",
			},
		},
		"the limit under its new name": {
			options: openai.Options{MaxTokens: new(int64(500)), MaxCompletionTokens: new(int64(900))},
			want:    object{"max_completion_tokens": 900.0},
		},
		"without a question for the usage": {
			config: openai.Config{StreamUsage: new(false)},
			want:   object{"stream_options": nil},
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			request := hello()
			request.Options = test.options
			request.Options.Model = model
			want := object{
				"model": model, "stream": true, "stream_options": object{"include_usage": true},
				"messages": []any{object{"role": "user", "content": "hello"}},
			}
			for key, value := range test.want {
				want[key] = value
				if value == nil {
					delete(want, key)
				}
			}
			if diff := cmp.Diff(want, received(t, test.config, request).Body); diff != "" {
				t.Errorf("body (-want +got):\n%s", diff)
			}
		})
	}
}

func TestHeaders(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		config openai.Config
		want   map[string]string
	}{
		"without a key": {want: map[string]string{"Authorization": "", "OpenAI-Organization": "", "OpenAI-Project": ""}},
		"all of them": {
			config: openai.Config{APIKey: key, Organization: "org-1", Project: "proj-1"},
			want:   map[string]string{"Authorization": "Bearer " + key, "OpenAI-Organization": "org-1", "OpenAI-Project": "proj-1"},
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := received(t, test.config, hello()).Header
			for header, want := range test.want {
				if got.Get(header) != want {
					t.Errorf("%s is %q, want %q", header, got.Get(header), want)
				}
			}
		})
	}
}

func TestMessages(t *testing.T) {
	t.Parallel()
	odd := "{{7*7}} {{ .System }} ${HOME} <|user|> \"quoted\" \\n 🦊\u2028" + strings.Repeat("long ", 20_000)
	request := ask(
		message.New(message.System, odd),
		message.New(message.User, "first"),
		message.New(message.Assistant, ""),
		message.Message{Role: message.Assistant, Parts: []message.Part{
			message.Text("let me see"),
			message.ToolCall{ID: "call-1", Name: "clock", Arguments: []byte(`{"zone":"UTC"}`)},
		}},
		message.Message{Role: message.Assistant, Parts: []message.Part{
			message.ToolCall{ID: "call-2", Name: "clock", Arguments: []byte(`{}`)},
		}},
		message.Message{Role: message.Tool, Parts: []message.Part{
			message.ToolResult{CallID: "call-1", Text: "noon"}, message.ToolResult{CallID: "call-2", Text: "night"},
		}},
		message.Message{Role: message.User, Parts: []message.Part{message.Text("two "), message.Text("texts")}},
		message.Message{Role: message.User, Parts: []message.Part{
			message.Text(odd), message.Blob{MediaType: "image/png", Data: []byte("png")}, message.Text("and this"),
		}},
	)
	call := func(id, arguments string) object {
		return object{"id": id, "type": "function", "function": object{"name": "clock", "arguments": arguments}}
	}
	want := []any{
		object{"role": "system", "content": odd},
		object{"role": "user", "content": "first"},
		object{"role": "assistant", "content": ""},
		object{"role": "assistant", "content": "let me see", "tool_calls": []any{call("call-1", `{"zone":"UTC"}`)}},
		object{"role": "assistant", "tool_calls": []any{call("call-2", `{}`)}},
		object{"role": "tool", "content": "noon", "tool_call_id": "call-1"},
		object{"role": "tool", "content": "night", "tool_call_id": "call-2"},
		object{"role": "user", "content": "two texts"},
		object{"role": "user", "content": []any{
			object{"type": "text", "text": odd},
			object{"type": "image_url", "image_url": object{"url": "data:image/png;base64,cG5n"}},
			object{"type": "text", "text": "and this"},
		}},
	}
	if diff := cmp.Diff(want, received(t, openai.Config{}, request).Body["messages"]); diff != "" {
		t.Errorf("messages (-want +got):\n%s", diff)
	}
}

func TestAnEmptyConversation(t *testing.T) {
	t.Parallel()
	var told collect
	_, err := start(t, fakeopenai.New(model), openai.Config{}).Chat(t.Context(), ask(), told.emit)
	if !fault.Is(err, fault.Invalid) || !fault.As(err).Upstream {
		t.Errorf("got %v, want the server's own refusal", err)
	}
}

func TestWhatHasNoPlace(t *testing.T) {
	t.Parallel()
	server := fakeopenai.New(model)
	provider := start(t, server, openai.Config{})
	image := message.Blob{MediaType: "image/png", Data: []byte("png")}
	tests := map[string]struct {
		role message.Role
		part message.Part
		says string
	}{
		"a document":                   {message.User, message.Blob{MediaType: "application/pdf"}, "application/pdf"},
		"an image by the model":        {message.Assistant, image, "an image"},
		"an image in the prompt":       {message.System, image, "an image"},
		"a call by a person":           {message.User, message.ToolCall{ID: "call-1"}, "a tool call"},
		"a result by a person":         {message.User, message.ToolResult{CallID: "call-1"}, "a tool's result"},
		"a text by a tool":             {message.Tool, message.Text("noon"), "a text"},
		"a part that nobody has made":  {message.User, nil, "unknown type"},
		"a role that nobody has given": {"narrator", message.Text("once"), "narrator"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var told collect
			request := ask(message.New(message.User, "see"), message.Message{Role: test.role, Parts: []message.Part{test.part}})
			_, err := provider.Chat(t.Context(), request, told.emit)
			if !fault.Is(err, fault.Invalid) || !strings.Contains(err.Error(), test.says) || !strings.Contains(err.Error(), "message 2") {
				t.Errorf("got %v, want an invalid message 2 for %q", err, test.says)
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
		config openai.Config
		key    string
	}{
		"no scheme":         {openai.Config{BaseURL: "localhost:8000/v1"}, "base_url"},
		"no host":           {openai.Config{BaseURL: "http://"}, "base_url"},
		"another kind":      {openai.Config{BaseURL: "ftp://localhost"}, "base_url"},
		"no URL":            {openai.Config{BaseURL: "http://me:secret@[::1"}, "base_url"},
		"no time":           {openai.Config{IdleTimeout: new(schema.Duration(0))}, "idle_timeout"},
		"two keys":          {openai.Config{APIKey: "sk-secret\nsk-secret"}, "api_key"},
		"two organizations": {openai.Config{Organization: "a\r\nb"}, "organization"},
		"a bell":            {openai.Config{Project: "\a"}, "project"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := openai.Open(t.Context(), test.config, sdk.Settings{})
			got := fault.As(err)
			if got == nil || got.Code != fault.Invalid || len(got.Fields) != 1 || got.Fields[0].Key != test.key {
				t.Fatalf("got %+v, want an invalid %s", got, test.key)
			}
			if strings.Contains(err.Error(), "secret") {
				t.Errorf("the error gives a secret away: %v", err)
			}
		})
	}
}
