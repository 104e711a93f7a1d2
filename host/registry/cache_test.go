package registry_test

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/bothost/bothost/host/registry"
	"github.com/bothost/bothost/sdk/fault"
)

func TestCacheEvictsTheLeastRecentlyUsed(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h := newHarness()
		h.settings.MaxCacheSize = 2
		h.start(t).register(t, "a", "b", "c")
		for _, tenant := range []string{"a", "b", "a", "c"} {
			h.mustFind(t, tenant)
		}
		want := registry.CacheStatus{
			Tenants: []string{"c", "a"}, MaxSize: 2, TTL: 5 * time.Minute, Hits: 1, Misses: 3, Evictions: 1,
		}
		if diff := cmp.Diff(want, h.Status()); diff != "" {
			t.Errorf("the cache differs:\n%s", diff)
		}
		h.want(t, "a", 1, 0)
		h.want(t, "b", 1, 1)
		h.want(t, "c", 1, 0)
	})
}

func TestCacheForgetsWhatIsOld(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h := newHarness().start(t)
		h.register(t, "a")
		h.mustFind(t, "a")
		time.Sleep(5*time.Minute - time.Nanosecond)
		h.mustFind(t, "a")
		h.want(t, "a", 1, 0)
		// Its age counts from its building, however often it was used.
		time.Sleep(time.Nanosecond)
		h.mustFind(t, "a")
		h.want(t, "a", 2, 1)
	})
}

func TestCacheBuildsOnceForAll(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h := newHarness()
		h.building = slowly
		h.start(t).register(t, "a")
		found := make(chan error)
		for range 100 {
			go func() {
				_, err := h.Bot(t.Context(), "a")
				found <- err
			}()
		}
		for range 100 {
			if err := <-found; err != nil {
				t.Error(err)
			}
		}
		h.want(t, "a", 1, 0)
	})
}

func TestCacheBuildsOneTenantBesideAnother(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h := newHarness()
		h.building = func(_ context.Context, tenant registry.Tenant) error {
			if tenant.Name == "slow" {
				time.Sleep(30 * time.Second)
			}
			return nil
		}
		h.start(t).register(t, "slow", "fast")
		done := make(chan error, 1)
		go func() {
			_, err := h.Bot(t.Context(), "slow")
			done <- err
		}()
		synctest.Wait()
		started := time.Now()
		h.mustFind(t, "fast")
		_ = h.Status()
		h.Refresh("fast")
		h.mustFind(t, "fast")
		if waited := time.Since(started); waited != 0 {
			t.Errorf("waited %v for another tenant's bot", waited)
		}
		if err := <-done; err != nil {
			t.Error(err)
		}
	})
}

func TestCallerDoesNotWaitLongerThanHeWants(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h := newHarness()
		h.building = func(context.Context, registry.Tenant) error {
			time.Sleep(30 * time.Second)
			return nil
		}
		h.start(t).register(t, "a")
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		started := time.Now()
		if _, err := h.Bot(ctx, "a"); !errors.Is(err, context.DeadlineExceeded) || time.Since(started) != time.Second {
			t.Errorf("got %v after %v", err, time.Since(started))
		}
		// The build went on for whoever comes next.
		h.mustFind(t, "a")
		h.want(t, "a", 1, 0)
	})
}

func TestCacheReleasesAfterTheLastUser(t *testing.T) {
	t.Parallel()
	for name, retire := range map[string]func(t *testing.T, h *harness){
		"refresh":    func(_ *testing.T, h *harness) { h.Refresh("a") },
		"clear":      func(_ *testing.T, h *harness) { h.ClearCache() },
		"eviction":   func(t *testing.T, h *harness) { h.mustFind(t, "b") },
		"age":        func(t *testing.T, h *harness) { time.Sleep(time.Hour); h.mustFind(t, "a") },
		"a change":   func(t *testing.T, h *harness) { h.register(t, "a") },
		"deactivate": func(t *testing.T, h *harness) { _ = h.Deactivate(t.Context(), "a") },
		"removal":    func(t *testing.T, h *harness) { _ = h.Remove(t.Context(), "a", false) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				h := newHarness()
				h.settings.MaxCacheSize = 1
				h.start(t).register(t, "a", "b")
				first, second := h.use(t, "a"), h.use(t, "a")
				retire(t, h)
				if _, released := h.count("a"); released != 0 {
					t.Fatal("a bot was released under its users")
				}
				first()
				if _, released := h.count("a"); released != 0 {
					t.Fatal("a bot was released under its last user")
				}
				second()
				if _, released := h.count("a"); released != 1 {
					t.Errorf("released %d times, want once", released)
				}
			})
		})
	}
}

func TestFailedBuildIsNotRemembered(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h := newHarness()
		failing := true
		h.building = func(context.Context, registry.Tenant) error {
			if failing {
				return fault.New(fault.Unavailable, "no model today")
			}
			return nil
		}
		h.start(t).register(t, "a")
		if _, err := h.Bot(t.Context(), "a"); !fault.Is(err, fault.Unavailable) {
			t.Errorf("Bot = %v", err)
		}
		if cached := h.CachedTenants(); len(cached) != 0 {
			t.Errorf("a bot that could not be built is cached: %v", cached)
		}
		failing = false
		h.mustFind(t, "a")
		h.want(t, "a", 2, 0)
	})
}

// TestRefreshDuringABuild checks that who asks after a refresh gets what was built
// after it.
func TestRefreshDuringABuild(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h := newHarness()
		h.building = slowly
		h.start(t).register(t, "a")
		done := h.use(t, "a")
		h.Refresh("a")
		h.mustFind(t, "a")
		h.want(t, "a", 2, 0)
		done()
		h.want(t, "a", 2, 1)
	})
}

func TestForceRefresh(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h := newHarness().start(t)
		h.register(t, "a")
		h.mustFind(t, "a")
		if _, err := h.Bot(t.Context(), "a", registry.ForceRefresh()); err != nil {
			t.Fatal(err)
		}
		h.want(t, "a", 2, 1)
		if h.Refresh("b") || !h.Refresh("a") {
			t.Error("Refresh does not tell what was cached")
		}
	})
}

func TestCloseWaitsForTheLastUser(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h := newHarness().start(t)
		h.register(t, "a", "b")
		h.mustFind(t, "b")
		done := h.use(t, "a")
		closed := make(chan struct{})
		go func() {
			h.Close()
			close(closed)
		}()
		synctest.Wait()
		h.want(t, "b", 1, 1)
		select {
		case <-closed:
			t.Fatal("closed while a bot was in use")
		default:
		}
		if _, err := h.Bot(t.Context(), "b"); !fault.Is(err, fault.Unavailable) {
			t.Errorf("a registry that closes gave %v", err)
		}
		done()
		<-closed
		h.want(t, "a", 1, 1)
	})
}

func TestCloseWaitsForABuild(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h := newHarness()
		h.building = slowly
		h.start(t).register(t, "a")
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		_, _ = h.Bot(ctx, "a")
		h.Close()
		h.want(t, "a", 1, 1)
	})
}
