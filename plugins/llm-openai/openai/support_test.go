package openai_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/bothost/bothost/plugins/llm-openai/fakeopenai"
	"github.com/bothost/bothost/plugins/llm-openai/openai"
	"github.com/bothost/bothost/sdk"
	"github.com/bothost/bothost/sdk/llm"
	"github.com/bothost/bothost/sdk/message"
	"github.com/bothost/bothost/sdk/schema"
)

const (
	model = "gpt-4"
	key   = "sk-very-secret-key"
)

// atOpenAI is what answers in these tests for any server that is not on this
// machine: it is their proxy.
var atOpenAI = fakeopenai.New(model)

func TestMain(m *testing.M) { os.Exit(run(m)) }

// run sets the proxy before the first request: the transport looks only once.
func run(m *testing.M) int {
	proxy := httptest.NewServer(atOpenAI)
	for name, value := range map[string]string{
		"HTTP_PROXY": proxy.URL, "HTTPS_PROXY": proxy.URL, "NO_PROXY": "", "no_proxy": "",
	} {
		if err := os.Setenv(name, value); err != nil {
			panic(err)
		}
	}
	code := m.Run()
	proxy.Close()
	if err := goleak.Find(); err != nil && code == 0 {
		fmt.Fprintln(os.Stderr, "goroutines are left:", err)
		return 1
	}
	return code
}

// start serves handler until the test ends and opens an instance for it.
func start(t testing.TB, handler http.Handler, config openai.Config) *openai.Provider {
	t.Helper()
	server := httptest.NewServer(handler)
	t.Cleanup(server.Close)
	config.BaseURL = server.URL + "/v1"
	return open(t, config)
}

func open(t testing.TB, config openai.Config) *openai.Provider {
	t.Helper()
	provider, err := openai.Open(t.Context(), config, sdk.Settings{})
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
func fake(answer fakeopenai.Answer) *fakeopenai.Server {
	server := fakeopenai.New(model)
	server.AnswerWith(fakeopenai.Always(answer))
	return server
}

func ask(messages ...message.Message) llm.Request[openai.Options] {
	return llm.Request[openai.Options]{
		Tenant: "client-a", Conversation: "c1", Messages: messages, Options: openai.Options{Model: model},
	}
}

func hello() llm.Request[openai.Options] { return ask(message.New(message.User, "hello")) }

// collect keeps the pieces of a reply.
type collect struct{ pieces []string }

func (c *collect) emit(text string) error {
	c.pieces = append(c.pieces, text)
	return nil
}

func (c *collect) reply() string { return strings.Join(c.pieces, "") }

// shortIdle is a limit that a test can wait for.
func shortIdle() *schema.Duration { return new(schema.Duration(500 * time.Millisecond)) }
