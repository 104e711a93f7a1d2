package e2e

import (
	"context"
	"fmt"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/bothost/bothost/host/registry"
)

// tenantOf is what a customer's overrides are like: a model of its own, one of a
// few lengths of memory, and a page of instructions.
func tenantOf(i int) object {
	return object{
		"llm":           object{"model": fmt.Sprint("model-", i%20), "temperature": 0.5, "max_tokens": 100 + i},
		"memory":        object{"max_messages": 10 + i%4},
		"prompts":       object{"support": fmt.Sprint("You help the customers of shop ", i, ". ", strings.Repeat("Be brief, and polite. ", 80))},
		"system_prompt": object{"name": "support"},
	}
}

// registerMany registers tenants, many at a time, and gives their names.
func registerMany(t testing.TB, r *registry.Registry, count int) []string {
	t.Helper()
	names, next := make([]string, count), make(chan int)
	var writers sync.WaitGroup
	for range 64 {
		writers.Go(func() {
			for i := range next {
				if _, _, err := r.Register(t.Context(), names[i], tenantOf(i)); err != nil {
					t.Errorf("register %s: %v", names[i], err)
				}
			}
		})
	}
	for i := range names {
		names[i] = fmt.Sprintf("tenant-%06d", i)
		next <- i
	}
	close(next)
	writers.Wait()
	return names
}

// heap is what is in use once everything that is not has been collected.
func heap() uint64 {
	for range 3 {
		runtime.GC()
	}
	var stats runtime.MemStats
	runtime.ReadMemStats(&stats)
	return stats.HeapAlloc
}

// useAll finds the bot of each tenant, which is one use of it.
func useAll(t testing.TB, r *registry.Registry, names []string) {
	t.Helper()
	for _, name := range names {
		if _, err := r.Bot(context.Background(), name); err != nil {
			t.Fatalf("bot of %s: %v", name, err)
		}
	}
}

// TestCachedBotsAreSmall checks what a bot takes while it is in the cache, and
// that it takes nothing any more when it has left it.
func TestCachedBotsAreSmall(t *testing.T) {
	s := newSite(t, nil)
	r := s.host.Registry()
	const bots = 1000
	names := registerMany(t, r, bots+1)
	// What the first bot needs, all others share.
	useAll(t, r, names[bots:])
	before := heap()
	useAll(t, r, names[:bots])
	full := heap()
	r.ClearCache()
	empty := heap()
	perBot, left := (float64(full)-float64(before))/bots, (float64(empty)-float64(before))/bots
	t.Logf("%.0f bytes for each bot, and %.0f when they are gone", perBot, left)
	if perBot > 20<<10 {
		t.Errorf("a cached bot takes %.0f bytes, want at most 20 KiB", perBot)
	}
	if left > perBot/2 {
		t.Errorf("%.0f of %.0f bytes stay when a bot has left the cache", left, perBot)
	}
}

// BenchmarkColdBot is what it takes to find the bot of a tenant that is not in
// the cache, among many; and what to start a host that has them, to its first bot.
func BenchmarkColdBot(b *testing.B) {
	for _, count := range []int{100, 10_000} {
		b.Run(fmt.Sprint(count, "-tenants"), func(b *testing.B) {
			s := newSite(b, nil)
			names := registerMany(b, s.host.Registry(), count)
			began := time.Now()
			s.restart()
			useAll(b, s.host.Registry(), names[:1])
			start := time.Since(began)
			b.ReportAllocs()
			b.ResetTimer()
			for i := range b.N {
				name := names[i*7919%count]
				s.host.Registry().Refresh(name)
				useAll(b, s.host.Registry(), []string{name})
			}
			b.ReportMetric(float64(start.Milliseconds()), "ms/start")
		})
	}
}
