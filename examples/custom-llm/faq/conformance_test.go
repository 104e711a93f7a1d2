package faq_test

import (
	"testing"

	"github.com/bothost/bothost/sdk/plugintest"

	"example.com/llm-faq/faq"
)

// TestConformance checks all that the host relies on. The map is the
// configuration to test with, as a user would write it.
func TestConformance(t *testing.T) {
	t.Parallel()
	plugintest.TestLLM(t, faq.Open, map[string]any{"entries": []any{
		map[string]any{"question": "Hello! How are you?", "answer": "I am well, and glad to help."},
	}})
}
