package registry_test

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/bothost/bothost/host/bot"
	"github.com/bothost/bothost/host/registry"
	"github.com/bothost/bothost/sdk/fault"
	"github.com/bothost/bothost/sdk/store"
)

// TestQueuedTurn checks that a turn which waited is answered as things are when
// it is let in.
func TestQueuedTurn(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		meanwhile func(t *testing.T, h *harness)
		want      func(t *testing.T, h *harness, err error)
	}{
		"by today's configuration": {
			meanwhile: func(t *testing.T, h *harness) {
				if _, _, err := h.Register(t.Context(), "a", map[string]any{"new": true}); err != nil {
					t.Fatal(err)
				}
			},
			want: func(t *testing.T, h *harness, _ error) {
				if config := h.lastConfig(); config != `{"new":true}` {
					t.Errorf("ran by %s", config)
				}
			},
		},
		"not when deactivated": {
			meanwhile: func(t *testing.T, h *harness) { _ = h.Deactivate(t.Context(), "a") },
			want: func(t *testing.T, _ *harness, err error) {
				if !fault.HasReason(err, registry.TenantDeactivated) {
					t.Errorf("Chat = %v", err)
				}
			},
		},
		"not when the host ends": {
			meanwhile: func(_ *testing.T, h *harness) { go h.Close() },
			want: func(t *testing.T, _ *harness, err error) {
				if !fault.Is(err, fault.Unavailable) || !fault.HasReason(err, bot.ShuttingDown) {
					t.Errorf("Chat = %v", err)
				}
			},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				h := newHarness().start(t)
				h.register(t, "a")
				h.mustFind(t, "a")
				leave, err := h.settings.Gates.Enter(t.Context(), store.Scope{Tenant: "a", Conversation: "c1"})
				if err != nil {
					t.Fatal(err)
				}
				done := make(chan error, 1)
				go func() {
					_, err := h.Chat(t.Context(), "a", bot.Context{ConversationID: "c1"}, "Hi", nil)
					done <- err
				}()
				synctest.Wait()
				test.meanwhile(t, h)
				synctest.Wait()
				leave()
				test.want(t, h, <-done)
				// The conversation is free again, whatever came of the turn.
				if name != "not when the host ends" {
					h.wantFree(t, "a", "c1")
				}
			})
		})
	}
}

// wantFree checks that nobody is inside a conversation.
func (h *harness) wantFree(t *testing.T, tenant, conversation string) {
	t.Helper()
	started := time.Now()
	leave, err := h.settings.Gates.Enter(t.Context(), store.Scope{Tenant: tenant, Conversation: conversation})
	if err != nil || time.Since(started) != 0 {
		t.Fatalf("the conversation is taken: %v after %v", err, time.Since(started))
	}
	leave()
}

// TestBusyConversationIsOneTenants checks that one tenant's turn does not hold
// another's conversation of the same name.
func TestBusyConversationIsOneTenants(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h := newHarness().start(t)
		h.register(t, "a", "b")
		leave, err := h.settings.Gates.Enter(t.Context(), store.Scope{Tenant: "a", Conversation: "c1"})
		if err != nil {
			t.Fatal(err)
		}
		defer leave()
		started := time.Now()
		_, _ = h.Chat(t.Context(), "b", bot.Context{ConversationID: "c1"}, "Hi", nil)
		if waited := time.Since(started); waited != 0 {
			t.Errorf("waited %v", waited)
		}
		h.want(t, "b", 1, 0)
		if _, err := h.Chat(t.Context(), "a", bot.Context{ConversationID: "c1"}, "Hi", nil); !fault.HasReason(err, bot.TurnInProgress) {
			t.Errorf("Chat = %v", err)
		}
	})
}
