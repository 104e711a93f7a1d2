package e2e

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	ollama "github.com/ollama/ollama/api"
	"github.com/openai/openai-go/v3"
	"github.com/openai/openai-go/v3/option"

	"github.com/bothost/bothost/host/internal/fakemodel"
)

// clientSite is a host with keys, and what its clients need: the tenants "echo";
// "slow", whose replies do not end; and "model", whose server of models refuses
// the first request.
type clientSite struct {
	*site
	server *modelServer
	// refusals counts the requests that the server of models has refused.
	refusals atomic.Int64
}

func newClientSite(t *testing.T) *clientSite {
	t.Helper()
	s := &clientSite{server: newModelServer(t)}
	s.site = newSite(t, object{"auth": object{"mode": "keys", "admin_key": "admin"}})
	operator := s.api()
	operator.key = "admin"
	allowed := object{"parameters": []any{"temperature", "max_tokens"}, "models": []any{"second"}, "system_messages": true}
	operator.register("echo", object{"allow": allowed, "prompts": object{"system": "Be brief."}})
	operator.register("slow", object{"llm": object{"chunk_delay": "30s"}})
	operator.register("model", object{"llm": object{
		"provider": "openai", "model": fakemodel.Model, "base_url": s.server.URL + "/v1",
	}})
	s.server.mu.Lock()
	s.server.refusal = func(w http.ResponseWriter, _ *http.Request) {
		s.refusals.Add(1)
		s.server.mu.Lock()
		s.server.refusal = nil
		s.server.mu.Unlock()
		w.Header().Set("Retry-After", "1")
		w.WriteHeader(http.StatusTooManyRequests)
		_, _ = io.WriteString(w, `{"error": {"message": "later", "type": "requests", "code": "rate_limit_exceeded"}}`)
	}
	s.server.mu.Unlock()
	return s
}

func (s *clientSite) key(tenant string) string {
	s.t.Helper()
	operator := s.api()
	operator.key = "admin"
	made := operator.call(http.MethodPost, "/v1/tenants/"+tenant+"/keys", nil)
	key, ok := made.body["key"].(string)
	if !ok {
		s.t.Fatalf("key of %s: %d %s", tenant, made.status, made.raw)
	}
	return key
}

func (s *clientSite) openai(tenant string) openai.Client {
	return openai.NewClient(option.WithBaseURL(s.address()+"/v1/"), option.WithAPIKey(s.key(tenant)))
}

func (s *clientSite) address() string { return s.site.server.URL }

func hello(model string) openai.ChatCompletionNewParams {
	return openai.ChatCompletionNewParams{Model: model, Messages: []openai.ChatCompletionMessageParamUnion{
		openai.DeveloperMessage("Speak up."), openai.UserMessage("Hi"),
	}}
}

// TestOpenAIGo uses OpenAI's own client for Go, as it comes.
func TestOpenAIGo(t *testing.T) {
	t.Parallel()
	s := newClientSite(t)
	client := s.openai("echo")
	ctx := t.Context()

	params := hello("second")
	params.Temperature = openai.Float(0)
	said, err := client.Chat.Completions.New(ctx, params)
	if err != nil {
		t.Fatal(err)
	}
	if text := said.Choices[0].Message.Content; !strings.HasPrefix(text, "You said: Hi\n") || !strings.Contains(text, "System prompt: Be brief.") {
		t.Errorf("said %q", text)
	}
	params.StreamOptions.IncludeUsage = openai.Bool(true)
	stream := client.Chat.Completions.NewStreaming(ctx, params)
	var whole openai.ChatCompletionAccumulator
	for stream.Next() {
		if !whole.AddChunk(stream.Current()) {
			t.Errorf("a chunk does not fit those before it: %s", stream.Current().RawJSON())
		}
	}
	if err := stream.Err(); err != nil || whole.Choices[0].Message.Content != said.Choices[0].Message.Content || whole.Usage.TotalTokens == 0 {
		t.Errorf("streamed %+v, %v", whole.Choices, err)
	}
	models, err := client.Models.List(ctx)
	if err != nil || len(models.Data) != 2 || models.Data[1].ID != "second" {
		t.Errorf("models %+v, %v", models, err)
	}
	params = hello("default")
	params.TopP = openai.Float(0.5)
	_, err = client.Chat.Completions.New(ctx, params)
	var refused *openai.Error
	if !errors.As(err, &refused) || refused.StatusCode != http.StatusBadRequest || refused.Param != "top_p" {
		t.Errorf("top_p is refused with %v: %+v", err, refused)
	}
	another := s.openai("model")
	if _, err := another.Chat.Completions.New(ctx, openai.ChatCompletionNewParams{
		Model: "default", Messages: []openai.ChatCompletionMessageParamUnion{openai.UserMessage("Hi")},
	}); err != nil || s.refusals.Load() != 1 {
		t.Errorf("after %d refusals: %v", s.refusals.Load(), err)
	}
}

// TestOpenAIGoLeaves: a client that cancels a stream stops the model.
func TestOpenAIGoLeaves(t *testing.T) {
	t.Parallel()
	s := newClientSite(t)
	ctx, leave := context.WithCancel(t.Context())
	defer leave()
	client := s.openai("slow")
	stream := client.Chat.Completions.NewStreaming(ctx, openai.ChatCompletionNewParams{
		Model: "default", Messages: []openai.ChatCompletionMessageParamUnion{openai.UserMessage("one two")},
	})
	if !stream.Next() {
		t.Fatal(stream.Err())
	}
	leave()
	for stream.Next() {
	}
	if err := stream.Err(); !errors.Is(err, context.Canceled) {
		t.Errorf("the stream ends with %v", err)
	}
	left := time.Now()
	s.waitForOutcome("canceled")
	if took := time.Since(left); took > 10*time.Second {
		t.Errorf("the model was stopped after %v", took)
	}
}

// bearing sends a key with each request, since Ollama's client has none.
type bearing string

func (b bearing) RoundTrip(r *http.Request) (*http.Response, error) {
	r = r.Clone(r.Context())
	r.Header.Set("Authorization", "Bearer "+string(b))
	return http.DefaultTransport.RoundTrip(r)
}

// TestOllamaGo uses Ollama's own client for Go, as it comes.
func TestOllamaGo(t *testing.T) {
	t.Parallel()
	s := newClientSite(t)
	at, err := url.Parse(s.address())
	if err != nil {
		t.Fatal(err)
	}
	client := ollama.NewClient(at, &http.Client{Transport: bearing(s.key("echo"))})
	ctx := t.Context()
	if err := client.Heartbeat(ctx); err != nil {
		t.Error(err)
	}
	if version, err := client.Version(ctx); err != nil || version == "" {
		t.Errorf("version %q, %v", version, err)
	}
	list, err := client.List(ctx)
	if err != nil || len(list.Models) != 2 || list.Models[0].Name != "default" {
		t.Fatalf("models %+v, %v", list, err)
	}
	if shown, err := client.Show(ctx, &ollama.ShowRequest{Model: "default"}); err != nil || len(shown.Capabilities) != 1 {
		t.Errorf("shown %+v, %v", shown, err)
	}
	request := &ollama.ChatRequest{
		Model: "default", Messages: []ollama.Message{{Role: "user", Content: "Hi"}}, Options: map[string]any{"num_predict": 2},
	}
	var said strings.Builder
	var last ollama.ChatResponse
	hear := func(r ollama.ChatResponse) error {
		said.WriteString(r.Message.Content)
		last = r
		return nil
	}
	if err := client.Chat(ctx, request, hear); err != nil || !last.Done || last.DoneReason != "length" || said.String() != "You said:" {
		t.Errorf("said %q, the last is %+v, %v", said.String(), last, err)
	}
	request.Options = map[string]any{"num_ctx": 5}
	var refused ollama.StatusError
	if err := client.Chat(ctx, request, hear); !errors.As(err, &refused) || refused.StatusCode != http.StatusBadRequest || !strings.HasPrefix(refused.ErrorMessage, "options.num_ctx: ") {
		t.Errorf("num_ctx is refused with %v", err)
	}
}
