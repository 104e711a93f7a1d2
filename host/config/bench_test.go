package config_test

import (
	"testing"

	"github.com/bothost/bothost/host/config"
)

// BenchmarkBot is what a tenant costs that is not in the cache, before its
// instances are opened.
func BenchmarkBot(b *testing.B) {
	resolver := bind(b, config.LoadOptions{})
	given := overrides(b, `{"llm": {"model": "m"}, "memory": {"max_messages": 10}, "prompts": {"system": "You are kind."}}`)
	for b.Loop() {
		made, err := resolver.Bot("tenant", given)
		if err != nil {
			b.Fatal(err)
		}
		for _, section := range []config.Section{made.LLM, made.Memory, made.Store} {
			if _, err := section.Resolve(); err != nil {
				b.Fatal(err)
			}
		}
	}
}
