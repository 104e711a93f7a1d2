package openai_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/bothost/bothost/plugins/llm-openai/fakeopenai"
	"github.com/bothost/bothost/plugins/llm-openai/openai"
	"github.com/bothost/bothost/sdk/llm"
)

// recorded serves a body that a server has sent, byte for byte.
func recorded(contentType, body string) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", contentType)
		_, _ = fmt.Fprint(w, body)
	})
}

// TestServersOfOtherMakes reads what servers send that are not OpenAI's.
func TestServersOfOtherMakes(t *testing.T) {
	t.Parallel()
	const events, document = "text/event-stream", "application/json; charset=utf-8"
	tests := map[string]struct {
		contentType, body string
		pieces            []string
		want              llm.Result
	}{
		"Ollama": {
			contentType: events,
			body: `data: {"id":"chatcmpl-678","object":"chat.completion.chunk","created":1795475143,"model":"reciter","system_fingerprint":"fp_ollama","choices":[{"index":0,"delta":{"role":"assistant","content":"Good "},"finish_reason":null}]}

data: {"id":"chatcmpl-678","object":"chat.completion.chunk","created":1795475143,"model":"reciter","system_fingerprint":"fp_ollama","choices":[{"index":0,"delta":{"role":"assistant","content":"morning"},"finish_reason":null}]}

data: {"id":"chatcmpl-678","object":"chat.completion.chunk","created":1795475143,"model":"reciter","system_fingerprint":"fp_ollama","choices":[{"index":0,"delta":{"role":"assistant","content":""},"finish_reason":"stop"}]}

data: {"id":"chatcmpl-678","object":"chat.completion.chunk","created":1795475143,"model":"reciter","system_fingerprint":"fp_ollama","choices":[],"usage":{"prompt_tokens":8,"completion_tokens":3,"total_tokens":11}}

data: [DONE]

`,
			pieces: []string{"Good ", "morning"},
			want:   llm.Result{Model: "reciter", FinishReason: "stop", Usage: llm.Usage{PromptTokens: 8, CompletionTokens: 3}},
		},
		"comments, thoughts in a field of their own, and usage beside the reason": {
			contentType: events,
			body: `: PROCESSING

data: {"id":"gen-1","provider":"Some","model":"maker/model","object":"chat.completion.chunk","created":1,"choices":[{"index":0,"delta":{"role":"assistant","content":"","reasoning":"hm","reasoning_content":"hm"},"finish_reason":null,"native_finish_reason":null,"logprobs":null}]}

: PROCESSING

data: {"id":"gen-1","provider":"Some","model":"maker/model","object":"chat.completion.chunk","created":1,"choices":[{"index":0,"delta":{"role":"assistant","content":"Yes","tool_calls":[]},"finish_reason":"length","native_finish_reason":"max_tokens"}],"usage":{"prompt_tokens":4,"completion_tokens":2,"total_tokens":6,"cost":0.01}}

data: [DONE]

`,
			pieces: []string{"Yes"},
			want:   llm.Result{Model: "maker/model", FinishReason: "length", Usage: llm.Usage{PromptTokens: 4, CompletionTokens: 2}},
		},
		"an empty reason until the end, and usage that grows with each event": {
			contentType: events,
			body: `data: {"model":"m","choices":[{"delta":{"content":"Yes"},"finish_reason":""}],"usage":{"prompt_tokens":4,"completion_tokens":1}}

data: {"model":"m","error":null,"choices":[{"delta":{"content":null},"finish_reason":"stop"}],"usage":{"prompt_tokens":4,"completion_tokens":2}}

data: [DONE]

`,
			pieces: []string{"Yes"},
			want:   llm.Result{Model: "m", FinishReason: "stop", Usage: llm.Usage{PromptTokens: 4, CompletionTokens: 2}},
		},
		"carriage returns, other fields, no space, no empty lines, no model": {
			contentType: "text/plain",
			body: "event: message\r\nid: 1\r\nretry: 3\r\ndata:{\"choices\":[{\"delta\":{\"content\":\"Yes\"}}]}\r\n" +
				"data:{\"choices\":[{\"delta\":{},\"finish_reason\":\"stop\"}]}\r\ndata:[DONE]",
			pieces: []string{"Yes"},
			want:   llm.Result{Model: model, FinishReason: "stop"},
		},
		"a filter's word before the first choice": {
			contentType: events,
			body: `data: {"choices":[],"created":0,"id":"","model":"","object":"","prompt_filter_results":[{"prompt_index":0,"content_filter_results":{}}]}

data: {"choices":[{"content_filter_results":{},"delta":{"content":"Yes"},"finish_reason":null,"index":0}],"model":"gpt-4"}

data: {"choices":[{"content_filter_results":{},"delta":{},"finish_reason":"content_filter","index":0}],"model":"gpt-4"}

data: [DONE]

`,
			pieces: []string{"Yes"},
			want:   llm.Result{Model: "gpt-4", FinishReason: "content_filter"},
		},
		"a refusal by the model is its reply": {
			contentType: events,
			body: `data: {"model":"m","choices":[{"delta":{"content":null,"refusal":"I am sorry."}}]}

data: {"model":"m","choices":[{"delta":{},"finish_reason":"stop"}]}

data: [DONE]

`,
			pieces: []string{"I am sorry."},
			want:   llm.Result{Model: "m", FinishReason: "stop"},
		},
		"one document": {
			contentType: document,
			body: `{
  "id": "chatcmpl-307", "object": "chat.completion", "created": 1795475143, "model": "reciter",
  "choices": [{"index": 0, "message": {"role": "assistant", "content": "Good morning"}, "finish_reason": "stop"}],
  "usage": {"prompt_tokens": 8, "completion_tokens": 3, "total_tokens": 11}
}
`,
			pieces: []string{"Good morning"},
			want:   llm.Result{Model: "reciter", FinishReason: "stop", Usage: llm.Usage{PromptTokens: 8, CompletionTokens: 3}},
		},
		"more text after the reason": {
			contentType: events,
			body: `data: {"model":"m","choices":[{"delta":{"content":"Yes"},"finish_reason":"stop"}]}

data: {"model":"m","choices":[{"delta":{"content":"Yes"},"finish_reason":null}]}

`,
			pieces: []string{"Yes"},
			want:   llm.Result{Model: "m", FinishReason: "stop"},
		},
		"the whole reply again at the end": {
			contentType: events,
			body: `data: {"model":"m","choices":[{"delta":{"content":"Yes"}}]}

data: {"model":"m","object":"chat.completion","choices":[{"message":{"role":"assistant","content":"Yes"},"finish_reason":"stop"}],"usage":{"prompt_tokens":1,"completion_tokens":1}}

`,
			pieces: []string{"Yes"},
			want:   llm.Result{Model: "m", FinishReason: "stop", Usage: llm.Usage{PromptTokens: 1, CompletionTokens: 1}},
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var told collect
			result, err := start(t, recorded(test.contentType, test.body), openai.Config{}).Chat(t.Context(), hello(), told.emit)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(test.pieces, told.pieces); diff != "" {
				t.Errorf("pieces (-want +got):\n%s", diff)
			}
			if diff := cmp.Diff(test.want, result); diff != "" {
				t.Errorf("result (-want +got):\n%s", diff)
			}
		})
	}
}

// TestAReplyThatHasAReasonIsComplete, whatever follows.
func TestAReplyThatHasAReasonIsComplete(t *testing.T) {
	t.Parallel()
	pieces := []string{"Good ", "day"}
	tests := map[string]fakeopenai.Answer{
		"without the usage":              {Pieces: pieces, WithoutUsage: true},
		"without the word at the end":    {Pieces: pieces, Ending: fakeopenai.Unmarked},
		"on a connection that stays":     {Pieces: pieces, Ending: fakeopenai.Lingering},
		"with comments between":          {Pieces: pieces, Comments: 3},
		"as one document, by its length": {Pieces: []string{"Good day"}, IsWhole: true},
	}
	for name, answer := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var told collect
			began := time.Now()
			result, err := start(t, fake(answer), openai.Config{}).Chat(t.Context(), hello(), told.emit)
			if err != nil || told.reply() != "Good day" || result.FinishReason != "stop" {
				t.Errorf("got %q, %+v, %v", told.reply(), result, err)
			}
			if took := time.Since(began); took > 10*time.Second {
				t.Errorf("it took %v", took)
			}
		})
	}
}

// TestCommentsAreNoSilence: a server that says that it works may take its time.
func TestCommentsAreNoSilence(t *testing.T) {
	t.Parallel()
	handler := http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/event-stream")
		for range 6 {
			_, _ = fmt.Fprint(w, ": PROCESSING\n\n")
			_ = http.NewResponseController(w).Flush()
			time.Sleep(200 * time.Millisecond) // what is tested is that real time passes here
		}
		_, _ = fmt.Fprint(w, "data: {\"choices\":[{\"delta\":{\"content\":\"Yes\"},\"finish_reason\":\"stop\"}]}\n\n")
	})
	var told collect
	if _, err := start(t, handler, openai.Config{IdleTimeout: shortIdle()}).Chat(t.Context(), hello(), told.emit); err != nil || told.reply() != "Yes" {
		t.Errorf("got %q, %v", told.reply(), err)
	}
}

// TestNoRedirectionIsFollowed: it would take the conversation and the key along.
func TestNoRedirectionIsFollowed(t *testing.T) {
	t.Parallel()
	elsewhere := fakeopenai.New(model)
	server := httptest.NewServer(elsewhere)
	t.Cleanup(server.Close)
	provider := start(t, http.RedirectHandler(server.URL+"/v1/chat/completions", http.StatusTemporaryRedirect), openai.Config{APIKey: key})
	var told collect
	_, err := provider.Chat(t.Context(), hello(), told.emit)
	if err == nil || !strings.Contains(err.Error(), "base_url") {
		t.Errorf("got %v, want an error that names base_url", err)
	}
	if got := elsewhere.Requests(); len(got) != 0 {
		t.Errorf("the other server got %+v", got)
	}
}
