package ollama_test

import (
	"testing"

	"github.com/bothost/bothost/plugins/llm-ollama/fakeollama"
	"github.com/bothost/bothost/plugins/llm-ollama/ollama"
)

// BenchmarkChat is a short reply, the server's part included.
func BenchmarkChat(b *testing.B) {
	provider := start(b, fake(fakeollama.Answer{Pieces: []string{"Good ", "day", "."}}), ollama.Config{})
	b.ReportAllocs()
	for b.Loop() {
		var told collect
		if _, err := provider.Chat(b.Context(), hello(), told.emit); err != nil {
			b.Fatal(err)
		}
	}
}
