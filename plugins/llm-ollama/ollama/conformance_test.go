package ollama_test

import (
	"net/http/httptest"
	"testing"

	"github.com/bothost/bothost/plugins/llm-ollama/fakeollama"
	"github.com/bothost/bothost/plugins/llm-ollama/ollama"
	"github.com/bothost/bothost/sdk/plugintest"
)

func TestConformance(t *testing.T) {
	t.Parallel()
	server := httptest.NewServer(fakeollama.New(model))
	t.Cleanup(server.Close)
	plugintest.TestLLM(t, ollama.Open, map[string]any{"base_url": server.URL, "model": model})
}
