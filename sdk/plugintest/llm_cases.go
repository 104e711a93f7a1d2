package plugintest

import (
	"context"
	"slices"

	"github.com/bothost/bothost/sdk/llm"
	"github.com/bothost/bothost/sdk/message"
)

// LLM is a provider as a case sees it: opened, its options chosen, ready to
// speak. The options must let it reply with some text at all.
type LLM interface {
	// Chat is Provider.Chat on behalf of a tenant's conversation.
	Chat(
		ctx context.Context, tenant, conversation string,
		messages []message.Message, emit func(text string) error,
	) (llm.Result, error)
}

// LLMCase is a case about a provider.
type LLMCase = Case[LLM]

// LLMCases are what every provider must pass. They say nothing of what a model
// replies, only how the reply comes.
func LLMCases() []LLMCase {
	return slices.Concat(replyCases(), llmContentCases(), stopCases(), llmConcurrencyCases())
}
