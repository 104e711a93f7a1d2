package ollama_test

import (
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/bothost/bothost/plugins/llm-ollama/fakeollama"
	"github.com/bothost/bothost/plugins/llm-ollama/ollama"
)

// Not parallel: it sets the environment.
func TestTheEnvironmentIsTheDefault(t *testing.T) {
	named, other := fakeollama.New(model), fakeollama.New(model)
	namedServer, otherServer := httptest.NewServer(named), httptest.NewServer(other)
	t.Cleanup(namedServer.Close)
	t.Cleanup(otherServer.Close)
	t.Setenv("OLLAMA_HOST", strings.TrimPrefix(otherServer.URL, "http://"))
	for _, config := range []ollama.Config{{BaseURL: namedServer.URL}, {}} {
		var told collect
		if _, err := open(t, config).Chat(t.Context(), hello(), told.emit); err != nil {
			t.Fatal(err)
		}
	}
	if len(named.Requests()) != 1 || len(other.Requests()) != 1 {
		t.Errorf("the servers got %d and %d requests, want 1 each", len(named.Requests()), len(other.Requests()))
	}
}

func TestTheUsualAddressIsTheLastDefault(t *testing.T) {
	t.Setenv("OLLAMA_HOST", "")
	t.Setenv("HTTP_PROXY", "")
	summary, err := open(t, ollama.Config{}).Check(t.Context(), ollama.Options{})
	said := summary
	if err != nil {
		said = err.Error()
	}
	if !strings.Contains(said, "http://127.0.0.1:11434") {
		t.Errorf("check says %q, want it to name Ollama's usual address", said)
	}
}
