package ollama_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"go.uber.org/goleak"

	"github.com/bothost/bothost/plugins/llm-ollama/fakeollama"
	"github.com/bothost/bothost/plugins/llm-ollama/ollama"
	"github.com/bothost/bothost/sdk"
	"github.com/bothost/bothost/sdk/llm"
	"github.com/bothost/bothost/sdk/message"
)

const model = "tiny"

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// start serves handler until the test ends and opens an instance for it.
func start(t testing.TB, handler http.Handler, config ollama.Config) *ollama.Provider {
	t.Helper()
	server := httptest.NewServer(handler)
	t.Cleanup(server.Close)
	config.BaseURL = server.URL
	return open(t, config)
}

func open(t testing.TB, config ollama.Config) *ollama.Provider {
	t.Helper()
	provider, err := ollama.Open(t.Context(), config, sdk.Settings{})
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

// fake is a server that gives every request the same answer.
func fake(answer fakeollama.Answer) *fakeollama.Server {
	server := fakeollama.New(model)
	server.AnswerWith(fakeollama.Always(answer))
	return server
}

func ask(messages ...message.Message) llm.Request[ollama.Options] {
	return llm.Request[ollama.Options]{
		Tenant: "client-a", Conversation: "c1", Messages: messages, Options: ollama.Options{Model: model},
	}
}

func hello() llm.Request[ollama.Options] { return ask(message.New(message.User, "hello")) }

// collect keeps the pieces of a reply.
type collect struct{ pieces []string }

func (c *collect) emit(text string) error {
	c.pieces = append(c.pieces, text)
	return nil
}

func (c *collect) reply() string { return strings.Join(c.pieces, "") }
