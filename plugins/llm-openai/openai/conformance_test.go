package openai_test

import (
	"net/http/httptest"
	"testing"

	"github.com/bothost/bothost/plugins/llm-openai/fakeopenai"
	"github.com/bothost/bothost/plugins/llm-openai/openai"
	"github.com/bothost/bothost/sdk/plugintest"
)

func TestConformance(t *testing.T) {
	t.Parallel()
	server := httptest.NewServer(fakeopenai.New(model).Require(key))
	t.Cleanup(server.Close)
	plugintest.TestLLM(t, openai.Open, map[string]any{"base_url": server.URL + "/v1", "api_key": key, "model": model})
}
