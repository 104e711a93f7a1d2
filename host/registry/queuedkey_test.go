package registry_test

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

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

// TestTurnThatWaitsForAnotherProcess checks that it goes by what holds when it is
// let in, like one that waits for a turn of this process.
func TestTurnThatWaitsForAnotherProcess(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		meanwhile func(t *testing.T, h *harness, key registry.Key) error
		reason    string
		took      time.Duration
	}{
		"nothing happens": {
			meanwhile: func(*testing.T, *harness, registry.Key) error { return nil },
			reason:    bot.TurnInProgress, took: time.Minute,
		},
		"the tenant is deactivated": {
			meanwhile: func(t *testing.T, h *harness, _ registry.Key) error { return h.Deactivate(t.Context(), "a") },
			reason:    registry.TenantDeactivated, took: time.Second,
		},
		"the key is revoked": {
			meanwhile: func(t *testing.T, h *harness, key registry.Key) error { return h.RevokeKey(t.Context(), "a", key.ID) },
			reason:    registry.WrongKey, took: time.Second,
		},
		"the host ends": {
			meanwhile: func(_ *testing.T, h *harness, _ registry.Key) error {
				go h.Close()
				return nil
			},
			reason: bot.ShuttingDown, took: time.Second,
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				h := newHarness()
				h.busy = true
				h.start(t)
				h.register(t, "a")
				key := h.mustCreateKey(t, "a")
				started, done := time.Now(), make(chan error, 1)
				go func() {
					_, err := h.Chat(registry.WithKey(context.Background(), key.Secret), "a", bot.Context{ConversationID: "c1"}, "Hi", nil)
					done <- err
				}()
				time.Sleep(500 * time.Millisecond)
				if err := test.meanwhile(t, h, key); err != nil {
					t.Fatal(err)
				}
				err := <-done
				if took := time.Since(started).Truncate(time.Second); !fault.HasReason(err, test.reason) || took > test.took {
					t.Errorf("Chat = %v after %v", err, took)
				}
			})
		})
	}
}
