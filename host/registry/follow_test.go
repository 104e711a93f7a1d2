package registry_test

import (
	"bytes"
	"context"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/hashicorp/go-hclog"

	"github.com/bothost/bothost/host/registry"
	"github.com/bothost/bothost/sdk/fault"
	"github.com/bothost/bothost/sdk/store"
)

// twoInstances are two registries over one store.
func twoInstances(t *testing.T) (here, there *harness) {
	t.Helper()
	here, there = newHarness(), newHarness()
	there.store = here.store
	return here.start(t), there.start(t)
}

// TestChangesElsewhere checks that what one instance does is seen by another,
// whether that hears the stream of changes or has to compare revisions.
func TestChangesElsewhere(t *testing.T) {
	t.Parallel()
	for name, deaf := range map[string]bool{"heard": false, "compared": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				here, there := twoInstances(t)
				there.register(t, "changed", "same", "off", "gone")
				for _, tenant := range []string{"changed", "same", "off", "gone"} {
					here.mustFind(t, tenant)
				}
				if deaf {
					defer here.loseWatch()()
				}
				if _, _, err := there.Register(t.Context(), "changed", map[string]any{"new": true}); err != nil {
					t.Fatal(err)
				}
				if err := there.Deactivate(t.Context(), "off"); err != nil {
					t.Fatal(err)
				}
				if err := there.Remove(t.Context(), "gone", false); err != nil {
					t.Fatal(err)
				}
				synctest.Wait()
				here.mustFind(t, "changed")
				if config := here.lastConfig(); config != `{"new":true}` {
					t.Errorf("built from %s", config)
				}
				here.want(t, "changed", 2, 1)
				here.mustFind(t, "same")
				here.want(t, "same", 1, 0)
				if _, err := here.Bot(t.Context(), "off"); !fault.HasReason(err, registry.TenantDeactivated) {
					t.Errorf("a deactivated tenant's bot: %v", err)
				}
				if _, err := here.Bot(t.Context(), "gone"); !fault.Is(err, fault.NotFound) {
					t.Errorf("a removed tenant's bot: %v", err)
				}
			})
		})
	}
}

// TestStreamIsTakenUpWhereItBroke checks that nothing is missed, and that what did
// not change stays cached.
func TestStreamIsTakenUpWhereItBroke(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		here, there := twoInstances(t)
		there.register(t, "changed", "same")
		here.mustFind(t, "changed")
		here.mustFind(t, "same")
		restore := here.loseWatch()
		there.register(t, "changed")
		restore()
		here.want(t, "changed", 1, 1)
		here.want(t, "same", 1, 0)
		reads := here.store.Reads
		here.mustFind(t, "same")
		here.mustFind(t, "same")
		if here.store.Reads != reads+1 {
			t.Errorf("the revision was compared %d times on one stream, want once", here.store.Reads-reads)
		}
	})
}

// TestDeafCallersBuildOnce checks that many who find a stale bot at once do not
// each build a new one.
func TestDeafCallersBuildOnce(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		here, there := twoInstances(t)
		there.register(t, "a")
		here.mustFind(t, "a")
		defer here.loseWatch()()
		there.register(t, "a")
		here.building = slowly
		here.store.AfterRead = func() { time.Sleep(time.Millisecond) }
		var callers sync.WaitGroup
		for range 100 {
			callers.Go(func() { here.mustFind(t, "a") })
		}
		callers.Wait()
		here.want(t, "a", 2, 1)
	})
}

// TestDeafWithoutAStore checks that a bot which may be old is not used when its
// age cannot be found out.
func TestDeafWithoutAStore(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h := newHarness()
		h.files = map[string]registry.Tenant{"mine": {Name: "mine", File: "tenants.d/mine.yaml", Active: true}}
		h.start(t).register(t, "a")
		h.mustFind(t, "a")
		h.mustFind(t, "mine")
		defer h.loseWatch()()
		h.mu.Lock()
		h.storeDown = fault.New(fault.Unavailable, "store is down")
		h.mu.Unlock()
		if _, err := h.Bot(t.Context(), "a"); !fault.Is(err, fault.Unavailable) {
			t.Errorf("a bot that may be old: %v", err)
		}
		h.mustFind(t, "mine")
		h.mu.Lock()
		h.storeDown = nil
		h.mu.Unlock()
		h.mustFind(t, "a")
		h.want(t, "a", 1, 0)
	})
}

// TestChangeDuringABuild checks that a bot whose making a change overtook is not
// kept.
func TestChangeDuringABuild(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		here, there := twoInstances(t)
		there.register(t, "a")
		here.building = slowly
		done := here.use(t, "a")
		if _, _, err := there.Register(t.Context(), "a", map[string]any{"new": true}); err != nil {
			t.Fatal(err)
		}
		time.Sleep(10 * time.Second)
		here.mustFind(t, "a")
		if config := here.lastConfig(); config != `{"new":true}` {
			t.Errorf("built from %s", config)
		}
		done()
		here.want(t, "a", 2, 1)
	})
}

// TestSilentStream checks that a stream which tells nothing is not believed for
// longer than a second, that the log says so once, and that what is heard again is
// believed again.
func TestSilentStream(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var log bytes.Buffer
		here, there := newHarness(), newHarness()
		there.store = here.store
		here.settings.Logger = hclog.New(&hclog.LoggerOptions{Output: &log, Level: hclog.Info})
		here.start(t)
		there.start(t).register(t, "a")
		key := there.mustCreateKey(t, "a")
		here.mustFind(t, "a")
		here.wantTenant(t, key.Secret, "a")
		restore := here.mute()
		if _, _, err := there.Register(t.Context(), "a", map[string]any{"new": true}); err != nil {
			t.Fatal(err)
		}
		if err := there.RevokeKey(t.Context(), "a", key.ID); err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Second + time.Nanosecond)
		here.mustFind(t, "a")
		if config := here.lastConfig(); config != `{"new":true}` {
			t.Errorf("a second later the bot was built from %s", config)
		}
		here.wantTenant(t, key.Secret, "")
		time.Sleep(5 * time.Minute)
		restore()
		for _, line := range []string{"are not heard", "are heard again"} {
			if count := strings.Count(log.String(), line); count != 1 {
				t.Errorf("the log says %d times that changes %s:\n%s", count, line, &log)
			}
		}
		here.mustFind(t, "a")
		reads := here.store.Reads
		here.mustFind(t, "a")
		if here.store.Reads != reads {
			t.Error("what is heard of is compared all the same")
		}
	})
}

// TestSlowStream checks that a stream which tells something too late, and then
// goes on, is as good as before.
func TestSlowStream(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		here, there := twoInstances(t)
		there.register(t, "a")
		here.mustFind(t, "a")
		restore := here.mute()
		time.Sleep(2 * time.Second)
		reads := here.store.Reads
		here.mustFind(t, "a")
		if here.store.Reads != reads+1 {
			t.Error("what is not heard of is not compared")
		}
		restore()
		here.mustFind(t, "a")
		if here.store.Reads != reads+1 {
			t.Error("what is heard of is compared all the same")
		}
		here.want(t, "a", 1, 0)
	})
}

// TestStreamThatOnlyBegins checks that a stream which tells where it starts and
// then breaks is not believed, and that the log does not tell of each.
func TestStreamThatOnlyBegins(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var log bytes.Buffer
		here, there := newHarness(), newHarness()
		there.store = here.store
		here.settings.Logger = hclog.New(&hclog.LoggerOptions{Output: &log, Level: hclog.Info})
		here.settings.Watch = func(ctx context.Context, after *uint64, emit func(store.WatchEvent) error) error {
			return here.watch(ctx, after, func(event store.WatchEvent) error {
				if err := emit(event); err != nil {
					return err
				}
				return errDown
			})
		}
		here.start(t)
		there.start(t).register(t, "a")
		for i := range 100 {
			there.register(t, "a")
			here.mustFind(t, "a")
			here.want(t, "a", i+1, i)
			time.Sleep(50 * time.Millisecond)
		}
		if count := strings.Count(log.String(), "heard"); count != 1 {
			t.Errorf("the log tells %d times of what is heard:\n%s", count, &log)
		}
	})
}
