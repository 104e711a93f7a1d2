package echo_test

import (
	"testing"

	"github.com/bothost/bothost/plugins/llm-echo/echo"
	"github.com/bothost/bothost/sdk/plugintest"
)

func TestConformance(t *testing.T) {
	t.Parallel()
	plugintest.TestLLM(t, echo.Open, map[string]any{"chunks": 50, "chunk_delay": "1ms"})
}
