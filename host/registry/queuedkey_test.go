package registry_test

import (
	"context"
	"testing"
	"testing/synctest"

	"github.com/bothost/bothost/host/bot"
	"github.com/bothost/bothost/host/registry"
	"github.com/bothost/bothost/sdk/fault"
	"github.com/bothost/bothost/sdk/store"
)

// TestQueuedTurnOfAKey checks that a turn which waited is not let in by a key
// that became worthless meanwhile: the tenant's name may be somebody else's.
func TestQueuedTurnOfAKey(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		meanwhile func(t *testing.T, h *harness, key registry.Key)
		refused   bool
	}{
		"kept": {meanwhile: func(t *testing.T, h *harness, _ registry.Key) { h.register(t, "a", "b") }},
		"revoked": {refused: true, meanwhile: func(t *testing.T, h *harness, key registry.Key) {
			if err := h.RevokeKey(t.Context(), "a", key.ID); err != nil {
				t.Fatal(err)
			}
		}},
		"of a purged tenant whose name is taken again": {refused: true, meanwhile: func(t *testing.T, h *harness, _ registry.Key) {
			if err := h.Remove(t.Context(), "a", true); err != nil {
				t.Fatal(err)
			}
			h.register(t, "a")
		}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				h := newHarness().start(t)
				h.register(t, "a")
				key := h.mustCreateKey(t, "a")
				leave, err := h.settings.Gates.Enter(t.Context(), store.Scope{Tenant: "a", Conversation: "c1"})
				if err != nil {
					t.Fatal(err)
				}
				done := make(chan error, 1)
				go func() {
					ctx := registry.WithKey(context.Background(), key.Secret)
					_, err := h.Chat(ctx, "a", bot.Context{ConversationID: "c1"}, "Hi", nil)
					done <- err
				}()
				synctest.Wait()
				test.meanwhile(t, h, key)
				leave()
				if err := <-done; fault.HasReason(err, registry.WrongKey) != test.refused {
					t.Errorf("Chat = %v", err)
				}
			})
		})
	}
}
