package registry_test

import (
	"context"
	"fmt"
	"testing"

	"github.com/bothost/bothost/host/registry"
	"github.com/bothost/bothost/sdk/store"
)

// BenchmarkWarm is what the registry adds to a turn of a tenant who was just
// served: finding the bot, and finding out whose the key is.
func BenchmarkWarm(b *testing.B) {
	h := newHarness()
	h.Registry = registry.New(h.settings)
	b.Cleanup(h.Close)
	keys := make([]string, 64)
	names := make([]string, len(keys))
	for i := range keys {
		names[i] = fmt.Sprint("tenant-", i)
		if _, _, err := h.Register(b.Context(), names[i], map[string]any{}); err != nil {
			b.Fatal(err)
		}
		key, err := h.CreateKey(b.Context(), names[i])
		if err != nil {
			b.Fatal(err)
		}
		keys[i] = key.Secret
	}
	use := func(context.Context, store.Conversations) error { return nil }
	b.Run("bot", func(b *testing.B) {
		b.ReportAllocs()
		b.RunParallel(func(p *testing.PB) {
			for i := 0; p.Next(); i++ {
				if err := h.UseConversations(context.Background(), names[i%len(names)], use); err != nil {
					b.Error(err)
				}
			}
		})
	})
	b.Run("key", func(b *testing.B) {
		b.ReportAllocs()
		b.RunParallel(func(p *testing.PB) {
			for i := 0; p.Next(); i++ {
				if _, known, err := h.Authenticate(context.Background(), keys[i%len(keys)]); !known || err != nil {
					b.Errorf("known %v, %v", known, err)
				}
			}
		})
	})
}
