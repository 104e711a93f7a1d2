package openai_test

import (
	"bytes"
	"net/http"
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

// BenchmarkPieces is a long reply that is there all at once, so that what is
// measured is the reading.
func BenchmarkPieces(b *testing.B) {
	const pieces = 10_000
	event := []byte(`data: {"id":"chatcmpl-B9MHDbslfkBeAs8l4bebGdFOJ6PeG","object":"chat.completion.chunk","created":1767323045,` +
		`"model":"gpt-4","service_tier":"default","system_fingerprint":"fp_44709d6fcb",` +
		`"choices":[{"index":0,"delta":{"content":" word"},"logprobs":null,"finish_reason":null}],"usage":null}` + "\n\n")
	body := bytes.Repeat(event, pieces)
	body = append(body, "data: {\"choices\":[{\"delta\":{},\"finish_reason\":\"stop\"}]}\n\ndata: [DONE]\n\n"...)
	provider := start(b, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/event-stream")
		_, _ = w.Write(body)
	}), openai.Config{})
	b.ReportAllocs()
	heard := 0
	for b.Loop() {
		if _, err := provider.Chat(b.Context(), hello(), func(string) error { heard++; return nil }); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(heard), "ns/piece")
}
