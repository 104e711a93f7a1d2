package ollama_test

import (
	"context"
	"testing"

	"github.com/bothost/bothost/plugins/llm-ollama/fakeollama"
	"github.com/bothost/bothost/plugins/llm-ollama/ollama"
	"github.com/bothost/bothost/sdk/llm"
	"github.com/bothost/bothost/sdk/message"
	"github.com/bothost/bothost/sdk/plugintest"
)

// bound is a provider with its options, as the suite wants it.
type bound struct {
	provider *ollama.Provider
	options  ollama.Options
}

func (b bound) Chat(
	ctx context.Context, tenant, conversation string, messages []message.Message, emit func(string) error,
) (llm.Result, error) {
	return b.provider.Chat(ctx, llm.Request[ollama.Options]{
		Tenant: tenant, Conversation: conversation, Messages: messages, Options: b.options,
	}, emit)
}

func TestConformance(t *testing.T) {
	t.Parallel()
	subject := bound{
		provider: start(t, fakeollama.New(model), ollama.Config{}),
		options:  ollama.Options{Model: model},
	}
	for _, c := range plugintest.LLMCases() {
		t.Run(c.Name, func(t *testing.T) {
			t.Parallel()
			c.Run(t, subject)
		})
	}
}
