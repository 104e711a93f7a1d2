package httpapi_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/bothost/bothost/host/allow"
	"github.com/bothost/bothost/sdk/fault"
)

const completions = "/v1/chat/completions"

// asking is a body that asks for a completion, with more members.
func asking(more string) string {
	if strings.Contains(more, "messages") {
		return `{"model":"default"` + more + `}`
	}
	return `{"model":"default","messages":[{"role":"user","content":"Hi"}]` + more + `}`
}

func TestCompletion(t *testing.T) {
	t.Parallel()
	h := newHarness(t, noAuth)
	body := h.want(t, 200, post(completions, asking(`,"user":"ann","n":1,"tools":[],"temperature":null`)))
	choice := body["choices"].([]any)[0].(map[string]any)
	if got := choice["message"].(map[string]any)["content"]; got != "You said: Hi" {
		t.Errorf("the answer is %v", got)
	}
	if got := body["usage"].(map[string]any)["total_tokens"]; got != 7.0 {
		t.Errorf("total_tokens = %v", got)
	}
	if len(h.store.byKey) != 0 {
		t.Error("a conversation was stored")
	}
	h.want(t, 200, get("/v1/models"))
	h.want(t, 200, get("/v1/models/default"))
	if got := code(t, h.want(t, 404, get("/v1/models/other"))); got != fault.ModelNotFound {
		t.Errorf("code %s", got)
	}
}

func TestCompletionStreamed(t *testing.T) {
	t.Parallel()
	h := newHarness(t, noAuth)
	h.llm.chat = func(_ context.Context, emit func(string) error) error { return errors.Join(emit("one "), emit("two")) }
	w := h.do(t, post(completions, asking(`,"stream":true,"stream_options":{"include_usage":true}`)))
	events := strings.Split(strings.TrimSuffix(w.Body.String(), "\n\n"), "\n\n")
	if last := events[len(events)-1]; w.Code != 200 || last != "data: [DONE]" {
		t.Fatalf("%d, the last event is %q", w.Code, last)
	}
	var said strings.Builder
	var finish, usage any
	for _, event := range events[:len(events)-1] {
		var chunk struct {
			Choices []struct {
				Delta        struct{ Role, Content string }
				FinishReason any `json:"finish_reason"`
			}
			Usage any
		}
		if err := json.Unmarshal([]byte(strings.TrimPrefix(event, "data: ")), &chunk); err != nil {
			t.Fatal(err)
		}
		for _, choice := range chunk.Choices {
			said.WriteString(choice.Delta.Content)
			finish = choice.FinishReason
		}
		usage = chunk.Usage
	}
	if said.String() != "one two" || finish != "stop" || fmt.Sprint(usage) != "map[completion_tokens:4 prompt_tokens:3 total_tokens:7]" {
		t.Errorf("said %q, finished %v, usage %v", said.String(), finish, usage)
	}
}

// TestCompletionFails in the middle: what was said stands, and the last event is
// an error that clients raise.
func TestCompletionFails(t *testing.T) {
	t.Parallel()
	h := newHarness(t, noAuth)
	h.llm.chat = func(_ context.Context, emit func(string) error) error {
		return errors.Join(emit("one "), fault.New(fault.Unavailable, "cut off").FromUpstream())
	}
	for target, end := range map[string]string{completions: `"error":{"message":`, "/api/chat": `{"error":"`} {
		answer := h.do(t, post(target, asking(`,"stream":true`))).Body.String()
		lines := strings.Split(strings.TrimSpace(answer), "\n")
		if !strings.Contains(answer, `"content":"one "`) || !strings.Contains(lines[len(lines)-1], end) || strings.Contains(answer, "[DONE]") {
			t.Errorf("%s: %s", target, answer)
		}
	}
	h.llm.chat = func(context.Context, func(string) error) error {
		return fault.New(fault.RateLimited, "busy").FromUpstream().WithRetryAfter(7 * time.Second)
	}
	for _, target := range []string{completions, "/api/chat"} {
		w := h.do(t, post(target, asking(`,"stream":true`)))
		if w.Code != 429 || w.Header().Get("Retry-After") != "7" || w.Header().Get("X-Request-Id") == "" {
			t.Errorf("%s: %d %v", target, w.Code, w.Header())
		}
	}
}

// TestRefusedByName: what is not done is refused, in the client's words.
func TestRefusedByName(t *testing.T) {
	t.Parallel()
	h := newHarness(t, noAuth)
	half := 0.5
	h.allow = allow.Rules{
		Parameters: []allow.Name{allow.Temperature, allow.TopP, allow.MaxTokens},
		Bounds:     allow.Bounds{Temperature: allow.Range{Max: &half}},
	}
	h.adjust = func(options json.RawMessage, changes map[string]any) (json.RawMessage, error) {
		if _, ok := changes["top_p"]; ok {
			e := fault.New(fault.Unsupported, "no such key")
			e.Fields = []fault.Field{{Key: "top_p", Message: "llm-fake has no such parameter"}}
			return nil, e
		}
		return options, nil
	}
	for more, want := range map[string]string{
		`,"tools":[{"type":"function"}]`:            "tools unsupported_parameter",
		`,"response_format":{"type":"json_object"}`: "response_format unsupported_parameter",
		`,"n":2`:                 "n unsupported_parameter",
		`,"logprobs":true`:       "logprobs unsupported_parameter",
		`,"audio":{"voice":"x"}`: "audio unsupported_parameter",
		`,"store":true`:          "store unsupported_parameter",
		`,"stream_options":{"include_usage":true}`:         "stream_options invalid_value",
		`,"temprature":1`:                                  "temprature unknown_parameter",
		`,"temperature":"hot"`:                             "temperature invalid_value",
		`,"temperature":0.6`:                               "temperature invalid_value",
		`,"seed":1`:                                        "seed parameter_not_allowed",
		`,"top_p":0.5`:                                     "top_p unsupported_parameter",
		`,"max_tokens":1,"max_completion_tokens":1`:        "max_tokens invalid_value",
		`,"messages":[]`:                                   "messages missing_required_parameter",
		`,"messages":[{"role":"tool","content":"x"}]`:      "messages[0].role unsupported_parameter",
		`,"messages":[{"role":"user"}]`:                    "messages[0].content missing_required_parameter",
		`,"messages":[{"role":"user","content":"\u0000"}]`: "messages[0].content invalid_value",
		`,"messages":[{"role":"assistant","content":"x"}]`: "messages[0].role invalid_value",
		`,"messages":[{"role":"developer","content":"x"},{"role":"user","content":"x"}]`:         "messages[0].role parameter_not_allowed",
		`,"messages":[{"role":"user","content":[{"type":"image_url","image_url":{"url":"x"}}]}]`: "messages[0].content[0] unsupported_parameter",
	} {
		e := h.want(t, 400, post(completions, asking(more)))["error"].(map[string]any)
		if got := fmt.Sprint(e["param"], " ", e["code"]); got != want || e["type"] != "invalid_request_error" {
			t.Errorf("%s is refused as %q (%v), want %q", more, got, e, want)
		}
	}
	twice := h.want(t, 400, post(completions, asking(`,"model":"default"`)))
	if got := twice["error"].(map[string]any)["param"]; got != "model" {
		t.Errorf("a member that is given twice is refused as %v", got)
	}
	h.want(t, 404, post(completions, `{"model":"gpt-4","messages":[{"role":"user","content":"Hi"}]}`))
	h.want(t, 200, post(completions, asking(`,"temperature":0.5,"max_tokens":5`)))
	for more, want := range map[string]string{
		`,"tools":[{}]`:                   "tools: ",
		`,"format":"json"`:                "format: ",
		`,"think":true`:                   "think: ",
		`,"keep_alive":"5m"`:              "keep_alive: ",
		`,"options":{"num_ctx":5}`:        "options.num_ctx: ",
		`,"options":{"temperature":0.75}`: "options.temperature: ",
		`,"messages":[{"role":"user","content":"x","images":["eA=="]}]`: "messages[0].images: ",
	} {
		if got := fmt.Sprint(h.want(t, 400, post("/api/chat", asking(more)))["error"]); !strings.HasPrefix(got, want) {
			t.Errorf("%s is refused as %q, want %q", more, got, want)
		}
	}
}

func TestOllama(t *testing.T) {
	t.Parallel()
	h := newHarness(t, noAuth)
	body := h.want(t, 200, post("/api/chat", `{"model":"default:latest","messages":[{"role":"user","content":"Hi"}],"stream":false,"options":null}`))
	if got := body["message"].(map[string]any)["content"]; got != "You said: Hi" || body["model"] != "default:latest" {
		t.Errorf("the answer is %v", body)
	}
	lines := strings.Split(strings.TrimSpace(h.do(t, post("/api/chat", asking(""))).Body.String()), "\n")
	if last := lines[len(lines)-1]; !strings.Contains(last, `"done":true,"done_reason":"stop"`) || !strings.Contains(lines[0], "You said: Hi") {
		t.Errorf("the stream is %q", lines)
	}
	h.want(t, 200, get("/api/tags"))
	h.want(t, 200, get("/api/version").with("X-Tenant", ""))
	h.want(t, 200, post("/api/show", `{"model":"default"}`))
	if got := h.want(t, 404, post("/api/show", `{"model":"other"}`))["error"]; got != `there is no model "other"` {
		t.Errorf("refused as %v", got)
	}
}
