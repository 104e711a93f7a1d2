package echo_test

import (
	"context"
	"testing"

	"github.com/bothost/bothost/plugins/llm-echo/echo"
	"github.com/bothost/bothost/sdk/llm"
	"github.com/bothost/bothost/sdk/message"
	"github.com/bothost/bothost/sdk/plugintest"
)

// bound is a provider with its options, as the suite wants it.
type bound struct {
	provider *echo.Provider
	options  echo.Options
}

func (b bound) Chat(
	ctx context.Context, tenant, conversation string, messages []message.Message, emit func(string) error,
) (llm.Result, error) {
	return b.provider.Chat(ctx, llm.Request[echo.Options]{
		Tenant: tenant, Conversation: conversation, Messages: messages, Options: b.options,
	}, emit)
}

func TestConformance(t *testing.T) {
	t.Parallel()
	subject := bound{provider: open(t, echo.Config{}), options: echo.Options{Chunks: 50, ChunkDelay: seconds(0.001)}}
	for _, c := range plugintest.LLMCases() {
		t.Run(c.Name, func(t *testing.T) {
			t.Parallel()
			c.Run(t, subject)
		})
	}
}
