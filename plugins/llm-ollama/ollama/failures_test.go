package ollama_test

import (
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/ollama/ollama/api"

	"github.com/bothost/bothost/plugins/llm-ollama/fakeollama"
	"github.com/bothost/bothost/plugins/llm-ollama/ollama"
	"github.com/bothost/bothost/sdk/fault"
)

func TestFailures(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		answer  fakeollama.Answer
		code    fault.Code
		retries bool
		says    string
	}{
		"busy":                     {answer: fakeollama.Busy(), code: fault.Unavailable, retries: true, says: "server busy"},
		"too many requests":        {answer: fakeollama.Answer{Status: 429, Problem: "slow down"}, code: fault.RateLimited, retries: true, says: "slow down"},
		"a model without tools":    {answer: fakeollama.Answer{Status: 400, Problem: "tiny does not support tools"}, code: fault.Invalid, says: "tools"},
		"a refusal without a word": {answer: fakeollama.Answer{Status: 500}, code: fault.Unavailable, says: "500"},
		"an unknown page":          {answer: fakeollama.Answer{Status: 404, Problem: "page missing"}, code: fault.Unavailable, says: "base_url"},
		"credentials":              {answer: fakeollama.Answer{Status: 401, Problem: "unauthorized"}, code: fault.Unavailable, says: "credentials"},
		"a redirection to nowhere": {answer: fakeollama.Answer{Status: 304}, code: fault.Unavailable, says: "304"},
		"an engine that cannot start": {
			answer: fakeollama.Answer{Status: 500, Problem: "llama runner process has terminated"},
			code:   fault.Unavailable, says: "terminated",
		},
		"an engine that dies": {
			answer: fakeollama.Answer{Pieces: []string{"Good "}, Ending: fakeollama.ErrorLine},
			code:   fault.Unavailable, says: "unexpected EOF",
		},
		"a cut reply": {
			answer: fakeollama.Answer{Pieces: []string{"Good "}, Ending: fakeollama.Cut},
			code:   fault.Unavailable,
		},
		"a reply without an end": {
			answer: fakeollama.Answer{Pieces: []string{"Good "}, Ending: fakeollama.Missing},
			code:   fault.Unavailable, says: "before it was done",
		},
		"an empty answer": {
			answer: fakeollama.Answer{Ending: fakeollama.Missing},
			code:   fault.Unavailable, says: "before it was done",
		},
		"a tool call that was not asked for": {
			answer: fakeollama.Answer{ToolCalls: []api.ToolCall{{ID: "1"}}},
			code:   fault.Unsupported, says: "tool",
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server := fake(test.answer)
			provider := start(t, server, ollama.Config{})
			var told collect
			_, err := provider.Chat(t.Context(), hello(), told.emit)
			got := fault.As(err)
			if got == nil {
				t.Fatal("it did not fail")
			}
			if got.Code != test.code || !got.Upstream || (got.RetryAfter > 0) != test.retries {
				t.Errorf("got %+v, want code %v from upstream, retry %v", got, test.code, test.retries)
			}
			if !strings.Contains(got.Error(), test.says) {
				t.Errorf("error is %q, want it to say %q", got, test.says)
			}
			server.AnswerWith(fakeollama.Say("well again"))
			if _, err := provider.Chat(t.Context(), hello(), told.emit); err != nil {
				t.Errorf("the next call: %v", err)
			}
		})
	}
}

func TestUnknownModel(t *testing.T) {
	t.Parallel()
	provider := start(t, fakeollama.New("another"), ollama.Config{})
	var told collect
	_, err := provider.Chat(t.Context(), hello(), told.emit)
	got := fault.As(err)
	if !fault.Is(err, fault.NotFound) || got.Reason != fault.ModelNotFound || !got.Upstream {
		t.Fatalf("got %+v, want model_not_found from upstream", got)
	}
	if want := "`ollama pull tiny`"; !strings.Contains(got.Remedy, want) {
		t.Errorf("remedy is %q, want it to say %s", got.Remedy, want)
	}
}

func TestAnAnswerThatIsNotOllamas(t *testing.T) {
	t.Parallel()
	page := http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		_, _ = w.Write([]byte("<html>welcome</html>\n"))
	})
	var told collect
	_, err := start(t, page, ollama.Config{}).Chat(t.Context(), hello(), told.emit)
	if !fault.Is(err, fault.Unavailable) || !fault.As(err).Upstream {
		t.Errorf("got %v, want unavailable from upstream", err)
	}
}

func TestServerThatIsNotThere(t *testing.T) {
	t.Parallel()
	provider := open(t, ollama.Config{BaseURL: "http://me:secret@" + freeAddress(t)})
	var told collect
	_, chatErr := provider.Chat(t.Context(), hello(), told.emit)
	_, checkErr := provider.Check(t.Context(), ollama.Options{Model: model})
	for call, err := range map[string]error{"chat": chatErr, "check": checkErr} {
		got := fault.As(err)
		if got == nil || got.Code != fault.Unavailable || !got.Upstream {
			t.Errorf("%s: got %+v, want unavailable from upstream", call, got)
			continue
		}
		if !strings.Contains(got.Remedy, "ollama serve") || !strings.Contains(got.Remedy, "base_url") {
			t.Errorf("%s: remedy is %q, want it to name ollama serve and base_url", call, got.Remedy)
		}
		if strings.Contains(got.Error(), "secret") {
			t.Errorf("%s: the error gives the password away: %v", call, got)
		}
	}
}

// TestThePasswordIsNotRepeated: what stands in front of Ollama may quote it.
func TestThePasswordIsNotRepeated(t *testing.T) {
	t.Parallel()
	const password = "only-for-the-proxy"
	for name, status := range map[string]int{"in a refusal": http.StatusUnauthorized, "in mid reply": http.StatusOK} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
				w.WriteHeader(status)
				_, _ = io.WriteString(w, `{"error": "me:`+password+` is unknown"}`+"\n")
			}))
			defer server.Close()
			provider := open(t, ollama.Config{BaseURL: strings.Replace(server.URL, "://", "://me:"+password+"@", 1)})
			var told collect
			_, err := provider.Chat(t.Context(), hello(), told.emit)
			if err == nil || strings.Contains(err.Error(), password) || !strings.Contains(err.Error(), "is unknown") {
				t.Errorf("got %v, want an error without the password", err)
			}
		})
	}
}

// freeAddress is one where nobody listens.
func freeAddress(t *testing.T) string {
	t.Helper()
	var listen net.ListenConfig
	listener, err := listen.Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	return listener.Addr().String()
}

func TestCheck(t *testing.T) {
	t.Parallel()
	provider := start(t, fakeollama.New(model), ollama.Config{})
	for _, name := range []string{"", model} {
		summary, err := provider.Check(t.Context(), ollama.Options{Model: name})
		if err != nil || !strings.Contains(summary, fakeollama.Version) || !strings.Contains(summary, name) {
			t.Errorf("check of %q says %q, %v", name, summary, err)
		}
	}
	_, err := provider.Check(t.Context(), ollama.Options{Model: "another"})
	if !fault.HasReason(err, fault.ModelNotFound) || !strings.Contains(fault.As(err).Remedy, "ollama pull another") {
		t.Errorf("got %v, want model_not_found", err)
	}
}
