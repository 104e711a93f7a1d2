package ollamatest_test

import (
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/bothost/bothost/plugins/llm-ollama/ollama"
	"github.com/bothost/bothost/plugins/llm-ollama/ollamatest"
	"github.com/bothost/bothost/sdk"
	"github.com/bothost/bothost/sdk/llm"
	"github.com/bothost/bothost/sdk/message"
	"github.com/bothost/bothost/sdk/schema"
)

// patience is how long the server may be silent: models of this size load in
// less than a second.
const patience = 10 * time.Second

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func open(t *testing.T, server *ollamatest.Server) *ollama.Provider {
	t.Helper()
	config := ollama.Config{BaseURL: server.URL, IdleTimeout: new(schema.Duration(patience))}
	provider, err := ollama.Open(t.Context(), config, sdk.Settings{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := provider.Close(); err != nil {
			t.Error(err)
		}
	})
	return provider
}

func ask(options ollama.Options, text string) llm.Request[ollama.Options] {
	return llm.Request[ollama.Options]{
		Tenant: "client-a", Conversation: "c1",
		Messages: []message.Message{message.New(message.User, text)},
		Options:  options,
	}
}

// collect keeps the pieces of a reply.
type collect struct{ pieces []string }

func (c *collect) emit(text string) error {
	c.pieces = append(c.pieces, text)
	return nil
}

func (c *collect) reply() string { return strings.Join(c.pieces, "") }

// hear gives the reply to a request that must succeed.
func hear(t *testing.T, provider *ollama.Provider, request llm.Request[ollama.Options]) (string, llm.Result) {
	t.Helper()
	var told collect
	result, err := provider.Chat(t.Context(), request, told.emit)
	if err != nil {
		t.Fatalf("chat: %v", err)
	}
	return told.reply(), result
}
