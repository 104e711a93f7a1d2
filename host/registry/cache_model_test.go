package registry_test

import (
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/bothost/bothost/host/registry"
)

// step is one thing done to a cache.
type step struct {
	Do     string
	Tenant string
	Sleep  time.Duration
}

// model is a cache as it is meant to be, in a few plain lines.
type model struct {
	size int
	ttl  time.Duration
	// cached has the one used last in front.
	cached []*cachedBot
	// held are the bots in use, oldest first.
	held   []*cachedBot
	status registry.CacheStatus
	built  map[string]int
	// released counts the bots that are neither cached nor held.
	released map[string]int
}

type cachedBot struct {
	tenant  string
	made    time.Time
	users   int
	retired bool
}

func (m *model) retire(b *cachedBot) {
	m.cached = slices.DeleteFunc(m.cached, func(other *cachedBot) bool { return other == b })
	b.retired = true
	m.settle(b)
}

func (m *model) settle(b *cachedBot) {
	if b.retired && b.users == 0 {
		m.released[b.tenant]++
	}
}

func (m *model) find(tenant string) *cachedBot {
	at := slices.IndexFunc(m.cached, func(b *cachedBot) bool { return b.tenant == tenant })
	if at >= 0 && time.Since(m.cached[at].made) >= m.ttl {
		m.retire(m.cached[at])
		at = -1
	}
	if at >= 0 {
		m.status.Hits++
		b := m.cached[at]
		m.cached = slices.Insert(slices.Delete(m.cached, at, at+1), 0, b)
		return b
	}
	m.status.Misses++
	if len(m.cached) == m.size {
		m.status.Evictions++
		m.retire(m.cached[m.size-1])
	}
	m.built[tenant]++
	b := &cachedBot{tenant: tenant, made: time.Now()}
	m.cached = slices.Insert(m.cached, 0, b)
	return b
}

// apply does a step to the model and to the registry alike.
func (m *model) apply(t *testing.T, h *harness, s step, held *[]func()) {
	switch s.Do {
	case "find":
		m.find(s.Tenant)
		h.mustFind(t, s.Tenant)
	case "hold":
		b := m.find(s.Tenant)
		b.users++
		m.held = append(m.held, b)
		*held = append(*held, h.use(t, s.Tenant))
	case "let go":
		if len(m.held) > 0 {
			m.held[0].users--
			m.settle(m.held[0])
			(*held)[0]()
			m.held, *held = m.held[1:], (*held)[1:]
		}
	case "refresh":
		for _, b := range slices.Clone(m.cached) {
			if b.tenant == s.Tenant {
				m.retire(b)
			}
		}
		h.Refresh(s.Tenant)
	case "clear":
		for _, b := range slices.Clone(m.cached) {
			m.retire(b)
		}
		h.ClearCache()
	case "sleep":
		time.Sleep(s.Sleep)
	}
}

// TestCacheIsAsItsModel does the same to the registry and to the model, and
// compares what can be seen after each step.
func TestCacheIsAsItsModel(t *testing.T) {
	t.Parallel()
	tenants := []string{"a", "b", "c", "d"}
	steps := rapid.SliceOfN(rapid.Custom(func(t *rapid.T) step {
		return step{
			Do:     rapid.SampledFrom([]string{"find", "find", "find", "hold", "let go", "refresh", "clear", "sleep"}).Draw(t, "do"),
			Tenant: rapid.SampledFrom(tenants).Draw(t, "tenant"),
			Sleep:  time.Duration(rapid.IntRange(1, 6).Draw(t, "minutes")) * time.Minute,
		}
	}), 1, 40)
	rapid.Check(t, func(rt *rapid.T) {
		plan, size := steps.Draw(rt, "steps"), rapid.IntRange(1, 4).Draw(rt, "size")
		differs := ""
		synctest.Test(t, func(t *testing.T) { differs = follow(t, plan, size, tenants) })
		if differs != "" {
			rt.Fatal(differs)
		}
	})
}

// follow carries out a plan and says where registry and model part.
func follow(t *testing.T, plan []step, size int, tenants []string) (differs string) {
	h := newHarness()
	h.settings.MaxCacheSize = size
	h.start(t).register(t, tenants...)
	m := &model{size: size, ttl: h.settings.CacheTTL, built: map[string]int{}, released: map[string]int{}}
	m.status = registry.CacheStatus{MaxSize: size, TTL: m.ttl}
	var held []func()
	for _, s := range plan {
		m.apply(t, h, s, &held)
		synctest.Wait()
		m.status.Tenants = []string{}
		for _, b := range m.cached {
			m.status.Tenants = append(m.status.Tenants, b.tenant)
		}
		differs += cmp.Diff(m.status, h.Status()) + cmp.Diff(m.built, h.built) + cmp.Diff(m.released, h.released)
		if differs != "" {
			differs = "after " + s.Do + " " + s.Tenant + ":\n" + differs
			break
		}
	}
	for _, done := range held {
		done()
	}
	return differs
}
