package registry_test

import (
	"encoding/json"
	"errors"
	"testing"
	"testing/synctest"

	"github.com/google/go-cmp/cmp"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"github.com/bothost/bothost/host/bot"
	"github.com/bothost/bothost/host/registry"
	"github.com/bothost/bothost/sdk/fault"
)

func TestRegister(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h := newHarness().start(t)
		tenant, created, err := h.Register(t.Context(), "a", map[string]any{"memory": map[string]any{"max_messages": 0}})
		if err != nil || !created || !tenant.Active || string(tenant.Config) != `{"memory":{"max_messages":0}}` {
			t.Errorf("Register = %+v, %v, %v", tenant, created, err)
		}
		// Raw overrides are stored as they are written.
		raw := json.RawMessage(`{ "b": 1.0 }`)
		changed, created, err := h.Register(t.Context(), "a", raw)
		if err != nil || created || string(changed.Config) != string(raw) || changed.Revision <= tenant.Revision {
			t.Errorf("Register again = %+v, %v, %v", changed, created, err)
		}
		got, err := h.Get(t.Context(), "a")
		if diff := cmp.Diff(changed, got); diff != "" || err != nil {
			t.Errorf("%v, Get differs:\n%s", err, diff)
		}
	})
}

// TestRegistrationThatFailsChangesNothing checks that the last good configuration
// stays in force.
func TestRegistrationThatFailsChangesNothing(t *testing.T) {
	t.Parallel()
	stale := uint64(99)
	for name, test := range map[string]struct {
		tenant     string
		overrides  any
		conditions []registry.Condition
		want       func(error) bool
	}{
		"a wrong name":      {tenant: "a\n", overrides: map[string]any{}, want: func(err error) bool { return fault.Is(err, fault.Invalid) }},
		"what is no JSON":   {tenant: "a", overrides: func() {}, want: func(err error) bool { return fault.Is(err, fault.Invalid) }},
		"what is refused":   {tenant: "a", overrides: json.RawMessage(`{"bad":1}`), want: func(err error) bool { return fault.Is(err, fault.Invalid) }},
		"a stale condition": {tenant: "a", overrides: map[string]any{}, conditions: []registry.Condition{{IfRevision: &stale}}, want: func(err error) bool { return fault.HasReason(err, fault.RevisionMismatch) }},
		"one that is there": {tenant: "a", overrides: map[string]any{}, conditions: []registry.Condition{{IfRevision: new(uint64)}}, want: func(err error) bool { return fault.HasReason(err, fault.RevisionMismatch) }},
		"a file's":          {tenant: "mine", overrides: map[string]any{}, want: func(err error) bool { return fault.HasReason(err, registry.TenantInFile) }},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				h := newHarness()
				h.files = map[string]registry.Tenant{"mine": {Name: "mine", File: "tenants.d/mine.yaml", Active: true}}
				h.settings.Check = func(_ string, config json.RawMessage) error {
					if string(config) == `{"bad":1}` {
						return fault.New(fault.Invalid, "bad is no key")
					}
					return nil
				}
				h.start(t).register(t, "a")
				h.mustFind(t, "a")
				before := h.store.ByName["a"]
				if _, _, err := h.Register(t.Context(), test.tenant, test.overrides, test.conditions...); !test.want(err) {
					t.Errorf("Register = %v", err)
				}
				if diff := cmp.Diff(before, h.store.ByName["a"]); diff != "" || len(h.store.ByName) != 1 {
					t.Errorf("%d tenants; it changed:\n%s", len(h.store.ByName), diff)
				}
				h.mustFind(t, "a")
				h.want(t, "a", 1, 0)
			})
		})
	}
}

func TestFileTenants(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h := newHarness().start(t)
		h.register(t, "mine")
		h.files = map[string]registry.Tenant{
			"mine": {Name: "mine", File: "tenants.d/mine.yaml", Active: true, Config: json.RawMessage(`{"file":true}`)},
		}
		tenant, err := h.Get(t.Context(), "mine")
		if err != nil || tenant.File == "" {
			t.Errorf("the file does not win: %+v, %v", tenant, err)
		}
		_, switchErr := h.SetActive(t.Context(), "mine", false)
		for call, err := range map[string]error{"remove": h.Remove(t.Context(), "mine", true), "switch": switchErr} {
			if !fault.Is(err, fault.Conflict) || !fault.HasReason(err, registry.TenantInFile) {
				t.Errorf("%s: %v", call, err)
			}
		}
		if len(h.purged) != 0 {
			t.Errorf("purged %v", h.purged)
		}
	})
}

func TestDeactivate(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h := newHarness().start(t)
		h.register(t, "a")
		h.mustFind(t, "a")
		if err := h.Deactivate(t.Context(), "a"); err != nil {
			t.Fatal(err)
		}
		_, err := h.Chat(t.Context(), "a", bot.Context{}, "Hi", nil)
		if !fault.HasReason(err, registry.TenantDeactivated) {
			t.Errorf("a deactivated tenant's turn: %v", err)
		}
		// A change of its overrides does not switch it on.
		h.register(t, "a")
		if _, err := h.Bot(t.Context(), "a"); !fault.HasReason(err, registry.TenantDeactivated) {
			t.Errorf("a deactivated tenant's bot: %v", err)
		}
		if _, err := h.SetActive(t.Context(), "a", true); err != nil {
			t.Fatal(err)
		}
		h.mustFind(t, "a")
	})
}

func TestRemove(t *testing.T) {
	t.Parallel()
	for name, purge := range map[string]bool{"and keep": false, "and purge": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				h := newHarness().start(t)
				h.register(t, "a")
				if err := h.Remove(t.Context(), "a", purge); err != nil {
					t.Fatal(err)
				}
				if _, err := h.Get(t.Context(), "a"); !fault.Is(err, fault.NotFound) {
					t.Errorf("Get = %v", err)
				}
				_, _, err := h.Register(t.Context(), "a", map[string]any{})
				if purge != (err == nil) || purge == fault.HasReason(err, fault.TenantDeleted) {
					t.Errorf("Register = %v", err)
				}
				if _, _, err := h.Register(t.Context(), "a", map[string]any{}, registry.Condition{Restore: true}); err != nil {
					t.Errorf("restore: %v", err)
				}
				// Once more for what began before everybody had heard of it.
				if got := len(h.purged); (got == 2) != purge {
					t.Errorf("purged %v", h.purged)
				}
				// What was built for the purge is given up.
				if built, released := h.count("a"); built != released {
					t.Errorf("built %d, released %d", built, released)
				}
			})
		})
	}
}

// TestRemoveThenPurge checks that the conversations of a name that is removed
// already can still be deleted.
func TestRemoveThenPurge(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h := newHarness().start(t)
		h.register(t, "a")
		for _, purge := range []bool{false, true} {
			if err := h.Remove(t.Context(), "a", purge); err != nil {
				t.Fatalf("Remove(purge %v) = %v", purge, err)
			}
		}
		if diff := cmp.Diff([]string{"a", "a"}, h.purged); diff != "" {
			t.Errorf("what was purged differs:\n%s", diff)
		}
		if err := h.Remove(t.Context(), "a", true); !fault.Is(err, fault.NotFound) {
			t.Errorf("Remove = %v", err)
		}
	})
}

func TestPurgeThatFails(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h := newHarness().start(t)
		h.register(t, "a")
		h.purgeFails = status.Error(codes.Internal, "disk on fire")
		if err := h.Remove(t.Context(), "a", true); !fault.Is(err, fault.Internal) {
			t.Errorf("Remove = %v", err)
		}
		if tenant, err := h.Get(t.Context(), "a"); err != nil || tenant.Active {
			t.Errorf("Get = %+v, %v", tenant, err)
		}
		h.purgeFails = nil
		if err := h.Remove(t.Context(), "a", true); err != nil {
			t.Errorf("Remove again = %v", err)
		}
	})
}

func TestUnknownTenant(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h := newHarness().start(t)
		_, getErr := h.Get(t.Context(), "nobody")
		_, botErr := h.Bot(t.Context(), "nobody")
		_, chatErr := h.Chat(t.Context(), "nobody", bot.Context{}, "Hi", nil)
		for call, err := range map[string]error{
			"get": getErr, "bot": botErr, "chat": chatErr,
			"deactivate": h.Deactivate(t.Context(), "nobody"), "remove": h.Remove(t.Context(), "nobody", false),
		} {
			if !fault.Is(err, fault.NotFound) {
				t.Errorf("%s: %v", call, err)
			}
		}
		if len(h.store.ByName) != 0 || h.store.Revision != 0 {
			t.Error("reading has written")
		}
		h.storeDown = errors.New("broken")
		if _, err := h.Get(t.Context(), "nobody"); fault.Is(err, fault.NotFound) {
			t.Error("a store that cannot be read looks like one without the tenant")
		}
	})
}
