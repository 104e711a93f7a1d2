package openai_test

import (
	"context"
	"net/http"
	"strings"
	"testing"

	"github.com/bothost/bothost/plugins/llm-openai/fakeopenai"
	"github.com/bothost/bothost/plugins/llm-openai/openai"
	"github.com/bothost/bothost/sdk/fault"
)

func TestCheck(t *testing.T) {
	t.Parallel()
	provider := start(t, fakeopenai.New("gpt-3", model).Require(key), openai.Config{APIKey: key})
	for _, name := range []string{"", model} {
		summary, err := provider.Check(t.Context(), openai.Options{Model: name})
		if err != nil || !strings.Contains(summary, "2 models") || !strings.Contains(summary, name) {
			t.Errorf("check of %q says %q, %v", name, summary, err)
		}
	}
	_, err := provider.Check(t.Context(), openai.Options{Model: "another"})
	if !fault.HasReason(err, fault.ModelNotFound) || !strings.Contains(err.Error(), "it has gpt-3, gpt-4") {
		t.Errorf("got %v, want model_not_found with the models that are there", err)
	}
}

func TestCheckOfAWrongKey(t *testing.T) {
	t.Parallel()
	provider := start(t, fakeopenai.New(model).Require("sk-another-key"), openai.Config{APIKey: key})
	_, err := provider.Check(t.Context(), openai.Options{Model: model})
	if !fault.Is(err, fault.Unavailable) || !strings.Contains(fault.As(err).Remedy, "check api_key") {
		t.Errorf("got %v, want a remedy that says to check api_key", err)
	}
}

// TestCheckOfOtherServers: what they list, or that they list nothing.
func TestCheckOfOtherServers(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		list, model http.HandlerFunc
		// says is in the summary, or else fails is in the error.
		says, fails string
	}{
		"a list without its wrapping": {
			list: answer(200, `[{"id":"gpt-4","object":"model"},{"id":"x"}]`), says: "2 models",
		},
		"no list": {
			list: answer(404, `{"detail":"Not Found"}`), says: "neither api_key nor model is checked",
		},
		"no such method": {
			list: answer(405, ""), says: "neither api_key nor model is checked",
		},
		"another name of a model that is listed": {
			list:  answer(200, `{"object":"list","data":[{"id":"gpt-4:latest","object":"model"}]}`),
			model: answer(200, `{"id":"gpt-4","object":"model"}`), says: "gpt-4",
		},
		"an empty list": {
			list: answer(200, `{"object":"list","data":null}`), model: answer(404, ""), fails: "no such model",
		},
		"a long list": {
			list:  answer(200, `{"data":[{"id":"f"},{"id":"e"},{"id":"d"},{"id":"c"},{"id":"b"},{"id":"a"}]}`),
			model: answer(404, ""), fails: "it has a, b, c, d, e and more",
		},
		"a model that must not be asked for": {
			list: answer(200, `{"data":[]}`), model: answer(403, ""), fails: "check api_key",
		},
		"a page": {
			list: answer(200, "<html>welcome</html>"), fails: "decode the list of models",
		},
		"a server that is down": {
			list: answer(500, ""), fails: "500",
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			mux := http.NewServeMux()
			mux.HandleFunc("GET /v1/models", test.list)
			if test.model != nil {
				mux.HandleFunc("GET /v1/models/gpt-4", test.model)
			}
			summary, err := start(t, mux, openai.Config{APIKey: key}).Check(t.Context(), openai.Options{Model: model})
			if test.fails == "" && (err != nil || !strings.Contains(summary, test.says)) {
				t.Errorf("check says %q, %v; want %q", summary, err, test.says)
			}
			if test.fails != "" && (err == nil || !fault.As(err).Upstream || !strings.Contains(err.Error(), test.fails)) {
				t.Errorf("check says %q, %v; want an error that says %q", summary, err, test.fails)
			}
		})
	}
}

func answer(status int, body string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(status)
		_, _ = w.Write([]byte(body))
	}
}

func TestACheckThatIsGivenUp(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	provider := start(t, http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		cancel()
		<-r.Context().Done()
	}), openai.Config{})
	if _, err := provider.Check(ctx, openai.Options{Model: model}); !fault.Is(err, fault.Canceled) {
		t.Errorf("got %v, want canceled", err)
	}
}
