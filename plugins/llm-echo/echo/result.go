package echo

import (
	"strings"

	"github.com/bothost/bothost/sdk/llm"
	"github.com/bothost/bothost/sdk/message"
)

// defaultModel is what an echo calls itself.
const defaultModel = "echo"

// newResult counts words for tokens.
func newResult(request llm.Request[Options], reply string, isCut bool) llm.Result {
	result := llm.Result{
		Model:        request.Options.Model,
		FinishReason: "stop",
		Usage: llm.Usage{
			PromptTokens:     promptWords(request.Messages),
			CompletionTokens: countWords(reply),
		},
	}
	if result.Model == "" {
		result.Model = defaultModel
	}
	if isCut {
		result.FinishReason = "length"
	}
	return result
}

func promptWords(messages []message.Message) int64 {
	var count int64
	for _, m := range messages {
		count += countWords(textOf(m))
	}
	return count
}

func countWords(text string) int64 { return int64(len(strings.Fields(text))) }
