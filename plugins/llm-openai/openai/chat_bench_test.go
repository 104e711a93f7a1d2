package openai_test

import (
	"testing"

	"github.com/bothost/bothost/plugins/llm-openai/fakeopenai"
	"github.com/bothost/bothost/plugins/llm-openai/openai"
)

// BenchmarkChat is a short reply, the server's part included.
func BenchmarkChat(b *testing.B) {
	provider := start(b, fake(fakeopenai.Answer{Pieces: []string{"Good ", "day", "."}}), openai.Config{})
	b.ReportAllocs()
	for b.Loop() {
		var told collect
		if _, err := provider.Chat(b.Context(), hello(), told.emit); err != nil {
			b.Fatal(err)
		}
	}
}
