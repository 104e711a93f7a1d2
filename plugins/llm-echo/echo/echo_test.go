package echo_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"testing/synctest"
	"time"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/bothost/bothost/plugins/llm-echo/echo"
	"github.com/bothost/bothost/sdk"
	"github.com/bothost/bothost/sdk/fault"
	"github.com/bothost/bothost/sdk/llm"
	"github.com/bothost/bothost/sdk/message"
	"github.com/bothost/bothost/sdk/schema"
)

func open(t *testing.T, config echo.Config) *echo.Provider {
	t.Helper()
	provider, err := echo.Open(t.Context(), config, sdk.Settings{DataDir: t.TempDir()})
	if err != nil {
		t.Fatalf("open: %v", err)
	}
	t.Cleanup(func() {
		if err := provider.Close(); err != nil {
			t.Errorf("close: %v", err)
		}
	})
	return provider
}

func ask(options echo.Options, messages ...message.Message) llm.Request[echo.Options] {
	return llm.Request[echo.Options]{Tenant: "client-a", Conversation: "c1", Messages: messages, Options: options}
}

func seconds(n float64) schema.Duration { return schema.Duration(n * float64(time.Second)) }

// collect keeps the pieces of a reply.
type collect struct{ pieces []string }

func (c *collect) emit(text string) error {
	c.pieces = append(c.pieces, text)
	return nil
}

func (c *collect) reply() string { return strings.Join(c.pieces, "") }

func TestReply(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		messages []message.Message
		want     string
	}{
		"a first message": {
			messages: []message.Message{message.New(message.User, "hello there")},
			want:     "You said: hello there",
		},
		"a system prompt": {
			messages: []message.Message{message.New(message.System, "Be kind."), message.New(message.User, "hi")},
			want:     "You said: hi\nSystem prompt: Be kind.",
		},
		"a conversation": {
			messages: []message.Message{
				message.New(message.System, "Be kind."),
				message.New(message.User, "My name is Alice"),
				message.New(message.Assistant, "Hello Alice"),
				message.New(message.User, "Who am I?"),
			},
			want: "You said: Who am I?\n" +
				"I was shown 2 earlier messages:\n" +
				"  user: My name is Alice\n" +
				"  assistant: Hello Alice\n" +
				"System prompt: Be kind.",
		},
		"an earlier reply of several lines": {
			messages: []message.Message{
				message.New(message.User, "one\ntwo"),
				message.New(message.Assistant, "first\nsecond"),
				message.New(message.User, "three"),
			},
			want: "You said: three\n" +
				"I was shown 2 earlier messages:\n" +
				"  user: one\ntwo\n" +
				"  assistant: first [...]",
		},
		"what looks like a template": {
			messages: []message.Message{message.New(message.User, `{{7*7}} ${HOME} %s "quoted" 🦊`)},
			want:     `You said: {{7*7}} ${HOME} %s "quoted" 🦊`,
		},
		"what is no text": {
			messages: []message.Message{
				{Role: message.Assistant, Parts: []message.Part{message.ToolCall{Name: "clock", Arguments: []byte(`{}`)}}},
				{Role: message.Tool, Parts: []message.Part{message.ToolResult{Text: "noon"}}},
				{Role: message.User, Parts: []message.Part{message.Text("see "), message.Blob{MediaType: "image/png", Data: []byte("png")}}},
			},
			want: "You said: see [image/png, 3 bytes]\n" +
				"I was shown 2 earlier messages:\n" +
				"  assistant: [tool call clock {}]\n" +
				"  tool: [tool result noon]",
		},
		"an empty message": {
			messages: []message.Message{message.New(message.User, "")},
			want:     "You said: ",
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var told collect
			if _, err := open(t, echo.Config{}).Chat(t.Context(), ask(echo.Options{}, test.messages...), told.emit); err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(test.want, told.reply()); diff != "" {
				t.Errorf("reply (-want +got):\n%s", diff)
			}
		})
	}
}

func TestOptions(t *testing.T) {
	t.Parallel()
	zero := 0.0
	tests := map[string]struct {
		options echo.Options
		pieces  []string
		result  llm.Result
	}{
		"a word a piece": {
			pieces: []string{"You ", "said: ", "one ", "two"},
			result: llm.Result{Model: "echo", FinishReason: "stop", Usage: llm.Usage{PromptTokens: 2, CompletionTokens: 4}},
		},
		"pieces": {
			options: echo.Options{Chunks: 2},
			pieces:  []string{"You said", ": one two"},
			result:  llm.Result{Model: "echo", FinishReason: "stop", Usage: llm.Usage{PromptTokens: 2, CompletionTokens: 4}},
		},
		"a model's name": {
			options: echo.Options{Model: "parrot", Temperature: &zero, Chunks: 1},
			pieces:  []string{"You said: one two"},
			result:  llm.Result{Model: "parrot", FinishReason: "stop", Usage: llm.Usage{PromptTokens: 2, CompletionTokens: 4}},
		},
		"cut short": {
			options: echo.Options{MaxTokens: 3},
			pieces:  []string{"You ", "said: ", "one"},
			result:  llm.Result{Model: "echo", FinishReason: "length", Usage: llm.Usage{PromptTokens: 2, CompletionTokens: 3}},
		},
		"not cut": {
			options: echo.Options{MaxTokens: 4, Chunks: 1},
			pieces:  []string{"You said: one two"},
			result:  llm.Result{Model: "echo", FinishReason: "stop", Usage: llm.Usage{PromptTokens: 2, CompletionTokens: 4}},
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var told collect
			request := ask(test.options, message.New(message.User, "one two"))
			result, err := open(t, echo.Config{}).Chat(t.Context(), request, told.emit)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(test.pieces, told.pieces); diff != "" {
				t.Errorf("pieces (-want +got):\n%s", diff)
			}
			if diff := cmp.Diff(test.result, result); diff != "" {
				t.Errorf("result (-want +got):\n%s", diff)
			}
		})
	}
}

func TestPiecesJoinToTheReply(t *testing.T) {
	t.Parallel()
	provider := open(t, echo.Config{})
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.String().Draw(t, "text")
		chunks := rapid.IntRange(0, 40).Draw(t, "chunks")
		var told collect
		request := ask(echo.Options{Chunks: chunks}, message.New(message.User, text))
		if _, err := provider.Chat(context.Background(), request, told.emit); err != nil {
			t.Fatal(err)
		}
		if want := "You said: " + text; told.reply() != want {
			t.Fatalf("pieces %q join to %q, want %q", told.pieces, told.reply(), want)
		}
		if chunks > 0 && len(told.pieces) > chunks {
			t.Fatalf("%d pieces, want at most %d", len(told.pieces), chunks)
		}
		for _, piece := range told.pieces {
			if piece == "" || !utf8.ValidString(piece) {
				t.Fatalf("piece %q is empty or cuts a code point", piece)
			}
		}
	})
}

func TestFailures(t *testing.T) {
	t.Parallel()
	tests := map[echo.Failure]struct {
		code   fault.Code
		source bool
		retry  time.Duration
		pieces int
	}{
		echo.Error:       {code: fault.Internal},
		echo.Upstream:    {code: fault.Unavailable, source: true},
		echo.Unavailable: {code: fault.Unavailable},
		echo.RateLimited: {code: fault.RateLimited, source: true, retry: 2 * time.Second},
		echo.MidStream:   {code: fault.Unavailable, source: true, pieces: 2},
		"whatever":       {code: fault.Invalid},
	}
	for failure, test := range tests {
		t.Run(string(failure), func(t *testing.T) {
			t.Parallel()
			var told collect
			request := ask(echo.Options{Fail: failure}, message.New(message.User, "one two"))
			_, err := open(t, echo.Config{}).Chat(t.Context(), request, told.emit)
			got := fault.As(err)
			if got == nil {
				t.Fatal("it did not fail")
			}
			if got.Code != test.code || got.Upstream != test.source || got.RetryAfter != test.retry {
				t.Errorf("got code %v, upstream %v, retry after %v; want %+v", got.Code, got.Upstream, got.RetryAfter, test)
			}
			if len(told.pieces) != test.pieces {
				t.Errorf("emitted %q before failing, want %d pieces", told.pieces, test.pieces)
			}
		})
	}
}

func TestPanic(t *testing.T) {
	t.Parallel()
	provider := open(t, echo.Config{})
	defer func() {
		if recover() == nil {
			t.Error("it did not panic")
		}
	}()
	var told collect
	_, err := provider.Chat(t.Context(), ask(echo.Options{Fail: echo.Panic}, message.New(message.User, "hi")), told.emit)
	t.Errorf("it returned %v", err)
}

func TestNobodysWords(t *testing.T) {
	t.Parallel()
	var told collect
	request := ask(echo.Options{}, message.New(message.System, "Be kind."))
	if _, err := open(t, echo.Config{}).Chat(t.Context(), request, told.emit); !fault.Is(err, fault.Invalid) {
		t.Errorf("got %v, want an invalid request", err)
	}
}

func TestDelays(t *testing.T) {
	t.Parallel()
	provider := open(t, echo.Config{})
	synctest.Test(t, func(t *testing.T) {
		start := time.Now()
		var at []time.Duration
		options := echo.Options{Delay: seconds(2), ChunkDelay: seconds(0.3), Chunks: 3}
		_, err := provider.Chat(t.Context(), ask(options, message.New(message.User, "hello")), func(string) error {
			at = append(at, time.Since(start))
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		want := []time.Duration{2 * time.Second, 2300 * time.Millisecond, 2600 * time.Millisecond}
		if diff := cmp.Diff(want, at); diff != "" {
			t.Errorf("times of the pieces (-want +got):\n%s", diff)
		}
	})
}

func TestCancellationEndsAWait(t *testing.T) {
	t.Parallel()
	tests := map[string]echo.Options{
		"before the first piece": {Delay: seconds(3600)},
		"between two pieces":     {ChunkDelay: seconds(3600)},
	}
	for name, options := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			provider := open(t, echo.Config{})
			synctest.Test(t, func(t *testing.T) {
				ctx, cancel := context.WithCancel(t.Context())
				start := time.Now()
				time.AfterFunc(time.Second, cancel)
				var told collect
				_, err := provider.Chat(ctx, ask(options, message.New(message.User, "hello")), told.emit)
				if !errors.Is(err, context.Canceled) || time.Since(start) != time.Second {
					t.Errorf("returned %v after %v, want the context's error at once", err, time.Since(start))
				}
			})
		})
	}
}

func TestAnEmitErrorEndsTheReply(t *testing.T) {
	t.Parallel()
	gone := errors.New("the reader is gone")
	calls := 0
	request := ask(echo.Options{}, message.New(message.User, "one two three"))
	_, err := open(t, echo.Config{}).Chat(t.Context(), request, func(string) error {
		calls++
		return gone
	})
	if !errors.Is(err, gone) || calls != 1 {
		t.Errorf("returned %v after %d pieces, want emit's error after the first", err, calls)
	}
}

func TestCheck(t *testing.T) {
	t.Parallel()
	provider := open(t, echo.Config{})
	if summary, err := provider.Check(t.Context(), echo.Options{}); err != nil || summary == "" {
		t.Errorf("check says %q, %v", summary, err)
	}
}

func TestConfigurationHasASchema(t *testing.T) {
	t.Parallel()
	if _, err := sdk.NewLLM("llm-echo", "1.2.3", echo.Open); err != nil {
		t.Fatal(err)
	}
	described, err := schema.Of[echo.Options]()
	if err != nil {
		t.Fatal(err)
	}
	for raw, key := range map[string]string{
		`{}`: "", `{"delay": "500ms", "chunk_delay": 0.1, "fail": "", "chunks": 3, "temperature": 0}`: "",
		`{"fail": "sometimes"}`: "fail", `{"delay": "soon"}`: "delay", `{"max_tokens": 0}`: "max_tokens",
	} {
		_, err := schema.Decode[echo.Options](described, []byte(raw))
		if fields := fieldsOf(err); fields != key {
			t.Errorf("%s: wrong keys are %q (%v), want %q", raw, fields, err, key)
		}
	}
}

func fieldsOf(err error) string {
	var keys []string
	if err != nil {
		for _, field := range fault.As(err).Fields {
			keys = append(keys, field.Key)
		}
	}
	return strings.Join(keys, " ")
}
