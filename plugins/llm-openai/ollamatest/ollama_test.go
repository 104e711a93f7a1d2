package ollamatest_test

import (
	"context"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/bothost/bothost/plugins/llm-ollama/ollamatest"
	"github.com/bothost/bothost/plugins/llm-openai/openai"
	"github.com/bothost/bothost/sdk/fault"
	"github.com/bothost/bothost/sdk/message"
	"github.com/bothost/bothost/sdk/plugintest"
)

// TestOllama is one test because its parts share a server with one slot: they
// run one after the other, and the last stops it.
func TestOllama(t *testing.T) {
	t.Parallel()
	server := ollamatest.StartWithModels(t, 1)
	provider := open(t, server)
	t.Run("chat streams the reply", func(t *testing.T) { chatStreams(t, provider) })
	t.Run("options", func(t *testing.T) { optionsMatter(t, provider) })
	t.Run("text is not evaluated", func(t *testing.T) { textIsNotEvaluated(t, server, provider) })
	t.Run("cancellation frees the model", func(t *testing.T) { cancellationFreesTheModel(t, provider) })
	t.Run("two tenants at once", func(t *testing.T) { twoTenantsAtOnce(t, provider) })
	t.Run("check", func(t *testing.T) { checkFindsTheModel(t, provider) })
	t.Run("unknown model", func(t *testing.T) { unknownModelIsNamed(t, provider) })
	t.Run("wrong option", func(t *testing.T) { refusalIsPassedOn(t, provider) })
	server.Stop()
	t.Run("server that is gone", func(t *testing.T) { goneServerIsNamed(t, server, provider) })
}

func chatStreams(t *testing.T, provider *openai.Provider) {
	var told collect
	result, err := provider.Chat(t.Context(), ask(openai.Options{Model: ollamatest.Reciter}, "hello"), told.emit)
	if err != nil {
		t.Fatal(err)
	}
	if told.reply() != ollamatest.Script {
		t.Errorf("reply is %q, want %q", told.reply(), ollamatest.Script)
	}
	if len(told.pieces) < 10 {
		t.Errorf("it came in %d pieces, want a stream of them", len(told.pieces))
	}
	if result.Model != ollamatest.Reciter || result.FinishReason != "stop" {
		t.Errorf("result is %+v, want the model's name and stop", result)
	}
	if result.Usage.PromptTokens == 0 || result.Usage.CompletionTokens < int64(len(told.pieces)) {
		t.Errorf("usage is %+v of %d pieces", result.Usage, len(told.pieces))
	}
}

func optionsMatter(t *testing.T, provider *openai.Provider) {
	babble := func(seed int64) string {
		options := openai.Options{Model: ollamatest.Babbler, MaxTokens: new(int64(20)), Temperature: new(1.5), Seed: &seed}
		reply, _ := hear(t, provider, ask(options, "hello"))
		return reply
	}
	if first, again := babble(7), babble(7); first != again {
		t.Errorf("one seed, two replies: %q and %q", first, again)
	}
	if first, second := babble(7), babble(8); first == second {
		t.Errorf("two seeds, one reply: %q", first)
	}
	_, result := hear(t, provider, ask(openai.Options{Model: ollamatest.Endless, MaxTokens: new(int64(7))}, "hello"))
	if result.FinishReason != "length" || result.Usage.CompletionTokens != 7 {
		t.Errorf("result of at most 7 tokens is %+v", result)
	}
	stopped := openai.Options{Model: ollamatest.Reciter, Stop: []string{"model"}}
	if reply, _ := hear(t, provider, ask(stopped, "hello")); reply != "Good morning! I am a very small " {
		t.Errorf("reply up to the stop is %q", reply)
	}
}

// textIsNotEvaluated compares what the model was shown.
func textIsNotEvaluated(t *testing.T, server *ollamatest.Server, provider *openai.Provider) {
	const odd = "{{7*7}} {{ .System }} {{ range .Messages }} ${HOME} %s <b>&amp;</b> \"quoted\" \\n\n 🦊"
	request := ask(openai.Options{Model: ollamatest.Reciter}, "")
	request.Messages = []message.Message{
		message.New(message.System, "system "+odd),
		message.New(message.User, "user "+odd),
		message.New(message.Assistant, "assistant "+odd),
		message.New(message.User, "again "+odd),
	}
	hear(t, provider, request)
	want := "<|system|>system " + odd + "<|user|>user " + odd +
		"<|assistant|>assistant " + odd + "<|user|>again " + odd + "<|assistant|>"
	prompts := server.Prompts(t)
	if len(prompts) == 0 {
		t.Fatal("the server's log has no prompt")
	}
	if got := prompts[len(prompts)-1]; got != want {
		t.Errorf("the model was shown\n%q, want\n%q", got, want)
	}
}

// cancellationFreesTheModel leaves a reply that would take minutes: the next
// one can only come soon if the only slot is free.
func cancellationFreesTheModel(t *testing.T, provider *openai.Provider) {
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	pieces := 0
	options := openai.Options{Model: ollamatest.Endless, MaxTokens: new(int64(1_000_000))}
	_, err := provider.Chat(ctx, ask(options, "hello"), func(string) error {
		if pieces++; pieces == 5 {
			cancel()
		}
		return nil
	})
	if !fault.Is(err, fault.Canceled) || pieces != 5 {
		t.Fatalf("got %v after %d pieces, want canceled after 5", err, pieces)
	}
	start := time.Now()
	options.MaxTokens = new(int64(3))
	hear(t, provider, ask(options, "hello"))
	if took := time.Since(start); took > 5*time.Second {
		t.Errorf("the next reply took %v, so that the cancelled one went on", took)
	}
}

func twoTenantsAtOnce(t *testing.T, provider *openai.Provider) {
	var group sync.WaitGroup
	for _, tenant := range []string{"client-a", "client-b"} {
		group.Go(func() {
			var told collect
			request := ask(openai.Options{Model: ollamatest.Reciter}, "I am "+tenant)
			request.Tenant = tenant
			if _, err := provider.Chat(t.Context(), request, told.emit); err != nil {
				t.Errorf("chat of %s: %v", tenant, err)
			}
			if told.reply() != ollamatest.Script {
				t.Errorf("reply to %s is %q", tenant, told.reply())
			}
		})
	}
	group.Wait()
}

// checkFindsTheModel, which the server lists under a longer name.
func checkFindsTheModel(t *testing.T, provider *openai.Provider) {
	for _, name := range []string{ollamatest.Reciter, ollamatest.Reciter + ":latest"} {
		summary, err := provider.Check(t.Context(), openai.Options{Model: name})
		if err != nil || !strings.Contains(summary, name+", ") {
			t.Errorf("check says %q, %v", summary, err)
		}
	}
}

func unknownModelIsNamed(t *testing.T, provider *openai.Provider) {
	var told collect
	_, chatErr := provider.Chat(t.Context(), ask(openai.Options{Model: "nope"}, "hello"), told.emit)
	_, checkErr := provider.Check(t.Context(), openai.Options{Model: "nope"})
	for call, err := range map[string]error{"chat": chatErr, "check": checkErr} {
		if !fault.HasReason(err, fault.ModelNotFound) || !strings.Contains(err.Error(), `model "nope"`) {
			t.Errorf("%s: got %v, want model_not_found that names it", call, err)
		}
	}
}

func refusalIsPassedOn(t *testing.T, provider *openai.Provider) {
	var told collect
	request := ask(openai.Options{Model: ollamatest.Reciter}, "")
	request.Messages = nil
	_, err := provider.Chat(t.Context(), request, told.emit)
	if !fault.Is(err, fault.Invalid) || !strings.Contains(err.Error(), "too short") {
		t.Errorf("got %v, want the server's own words", err)
	}
}

// TestConformance cancels often, and a busy server may lose a slot each time
// (see ollamatest): it has more of them than the suite has such cases.
func TestConformance(t *testing.T) {
	server := ollamatest.StartWithModels(t, 8)
	plugintest.TestLLM(t, openai.Open, map[string]any{
		"base_url": server.URL + "/v1", "idle_timeout": "30s", "model": ollamatest.Endless, "max_tokens": 50,
	})
}

func goneServerIsNamed(t *testing.T, server *ollamatest.Server, provider *openai.Provider) {
	var told collect
	_, err := provider.Chat(t.Context(), ask(openai.Options{Model: ollamatest.Reciter}, "hello"), told.emit)
	if !fault.Is(err, fault.Unavailable) || !fault.As(err).Upstream {
		t.Errorf("got %v, want unavailable from upstream", err)
	}
	for _, word := range []string{server.URL, "base_url"} {
		if err != nil && !strings.Contains(err.Error(), word) {
			t.Errorf("error %q does not say %s", err, word)
		}
	}
}
