package registry_test

import (
	"context"
	"encoding/json"
	"testing"
	"testing/synctest"

	"github.com/bothost/bothost/host/registry"
	"github.com/bothost/bothost/sdk/fault"
	"github.com/bothost/bothost/sdk/store"
)

// loseAnswers makes each call to the store of registrations twice, as if the
// answer to the first had been lost.
func (h *harness) loseAnswers() {
	use := h.settings.UseStore
	h.settings.UseStore = func(ctx context.Context, call func(context.Context, store.Tenants) error) error {
		_ = use(ctx, call)
		return use(ctx, call)
	}
}

// TestLostAnswers checks that a change which is repeated, because nobody knows
// whether it was made, is told as what came of both calls.
func TestLostAnswers(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h := newHarness()
		h.loseAnswers()
		h.start(t)
		overrides := json.RawMessage(`{"memory":{"max_messages":4}}`)

		tenant, created, err := h.Register(t.Context(), "a", overrides, registry.Condition{IfRevision: new(uint64)})
		if err != nil || !created || string(tenant.Config) != string(overrides) {
			t.Fatalf("Register of a new tenant = %+v, %v, %v", tenant, created, err)
		}
		overrides = json.RawMessage(`{"memory":{"max_messages":6}}`)
		changed, created, err := h.Register(t.Context(), "a", overrides, registry.Condition{IfRevision: &tenant.Revision})
		if err != nil || created || changed.Revision <= tenant.Revision {
			t.Fatalf("Register at revision %d = %+v, %v, %v", tenant.Revision, changed, created, err)
		}
		key, err := h.CreateKey(t.Context(), "a")
		if err != nil {
			t.Fatalf("CreateKey = %v", err)
		}
		if err := h.RevokeKey(t.Context(), "a", key.ID); err != nil {
			t.Errorf("RevokeKey = %v", err)
		}
		if err := h.Remove(t.Context(), "a", false); err != nil {
			t.Errorf("Remove = %v", err)
		}
	})
}

// TestLostAnswersHideNothing checks that what is wrong on the first call too, is
// told: a revision that another change has taken.
func TestLostAnswersHideNothing(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h := newHarness()
		h.loseAnswers()
		h.start(t)
		tenant, _, err := h.Register(t.Context(), "a", json.RawMessage(`{"memory":{"max_messages":4}}`))
		if err != nil {
			t.Fatal(err)
		}
		stale := tenant.Revision - 1
		_, _, err = h.Register(t.Context(), "a", json.RawMessage(`{}`), registry.Condition{IfRevision: &stale})
		if !fault.HasReason(err, fault.RevisionMismatch) {
			t.Errorf("Register at a stale revision = %v", err)
		}
	})
}
