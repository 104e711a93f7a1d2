package registry

import (
	"container/list"
	"context"
	"sync"
	"sync/atomic"
	"time"

	"github.com/bothost/bothost/host/bot"
)

// built is a bot with what it was built from and what it holds.
type built struct {
	bot *bot.Bot
	// revision of the registration that it was built from; 0 for tenants that
	// are kept in a file.
	revision uint64
	// heardOn is the stream on which every change of the tenant since is heard of;
	// 0: none.
	heardOn atomic.Uint64
	// release gives up what the bot holds. Called once, after its last turn.
	release func()
}

// cache holds the bots of the tenants that were used last.
//
// One build per tenant runs at a time, in a goroutine of its own: callers wait
// for it, each as long as its own context allows, and none delays another
// tenant's. What leaves the cache (eviction, age, refresh, removal) is closed
// when its last user has released it.
type cache struct {
	build   func(context.Context, string) (*built, error)
	maxSize int
	ttl     time.Duration

	mu      sync.Mutex
	entries map[string]*entry
	// order has the entry used last in front.
	order                   *list.List
	hits, misses, evictions uint64
	closed                  bool
	// open counts the entries whose bot is not released yet, and the builds that
	// run.
	open sync.WaitGroup
}

// entry is one tenant's bot, or its making: ready is closed when value or err is
// set. All other fields are guarded by the cache's lock.
type entry struct {
	tenant string
	ready  chan struct{}
	value  *built
	err    error

	at       *list.Element
	made     time.Time
	users    int
	retired  bool
	released bool
}

// buildTimeout bounds the making of one bot: plugins may have to be started.
const buildTimeout = 60 * time.Second

func newCache(maxSize int, ttl time.Duration, build func(context.Context, string) (*built, error)) *cache {
	return &cache{
		build: build, maxSize: maxSize, ttl: ttl,
		entries: make(map[string]*entry), order: list.New(),
	}
}

// acquire gives the entry of the tenant's bot, building that if need be. The
// caller calls exit once, when it no longer uses it.
func (c *cache) acquire(ctx context.Context, tenant string) (*entry, error) {
	e, err := c.enter(tenant) //nolint:contextcheck // a build may outlive the caller who asked first
	if err != nil {
		return nil, err
	}
	select {
	case <-e.ready:
		err = e.err
	case <-ctx.Done():
		err = ctx.Err()
	}
	if err != nil {
		c.exit(e)
		return nil, err
	}
	return e, nil
}

// enter finds the tenant's entry, or begins to make one, and counts a user.
func (c *cache) enter(tenant string) (*entry, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.closed {
		return nil, errClosed()
	}
	e, ok := c.entries[tenant]
	if ok && c.tooOld(e) {
		c.retire(e)
		ok = false
	}
	if ok {
		c.hits++
		c.order.MoveToFront(e.at)
	} else {
		c.misses++
		e = c.add(tenant)
	}
	e.users++
	return e, nil
}

func (c *cache) tooOld(e *entry) bool {
	return !e.made.IsZero() && time.Since(e.made) >= c.ttl
}

// add makes room for a new entry and starts its build.
func (c *cache) add(tenant string) *entry {
	for len(c.entries) >= c.maxSize {
		c.evictions++
		c.retire(entryAt(c.order.Back()))
	}
	e := &entry{tenant: tenant, ready: make(chan struct{})}
	e.at = c.order.PushFront(e)
	c.entries[tenant] = e
	c.open.Add(1)
	c.open.Go(func() { c.fill(e) })
	return e
}

// entryAt gives what the order holds; it holds nothing but entries.
func entryAt(at *list.Element) *entry {
	e, _ := at.Value.(*entry)
	return e
}

func (c *cache) fill(e *entry) {
	ctx, cancel := context.WithTimeout(context.Background(), buildTimeout)
	defer cancel()
	value, err := c.build(ctx, e.tenant)

	c.mu.Lock()
	defer c.mu.Unlock()
	e.value, e.err, e.made = value, err, time.Now()
	if err != nil {
		// A failure is told to those who waited for it, and not remembered.
		if !e.retired {
			c.retire(e)
		}
		c.open.Done()
	}
	close(e.ready)
	c.releaseIfUnused(e)
}

// exit counts a user off.
func (c *cache) exit(e *entry) {
	c.mu.Lock()
	defer c.mu.Unlock()
	e.users--
	c.releaseIfUnused(e)
}

// retire takes an entry out of the cache: the next caller gets a new one.
func (c *cache) retire(e *entry) {
	delete(c.entries, e.tenant)
	c.order.Remove(e.at)
	e.retired = true
	c.releaseIfUnused(e)
}

func (c *cache) releaseIfUnused(e *entry) {
	if !e.retired || e.users > 0 || e.value == nil || e.released {
		return
	}
	e.released = true
	go func() {
		defer c.open.Done()
		e.value.release()
	}()
}

// drop retires a tenant's bot, if it is cached, and reports whether it was.
func (c *cache) drop(tenant string) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	e, ok := c.entries[tenant]
	if ok {
		c.retire(e)
	}
	return ok
}

// discard retires an entry that may have been retired already.
func (c *cache) discard(e *entry) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if !e.retired {
		c.retire(e)
	}
}

// dropOlder retires a tenant's bot unless it is known to have been built from
// this revision or a later one.
func (c *cache) dropOlder(tenant string, revision uint64) {
	c.mu.Lock()
	defer c.mu.Unlock()
	e, ok := c.entries[tenant]
	if ok && (e.value == nil || e.value.revision < revision) {
		c.retire(e)
	}
}

// clear retires all bots.
func (c *cache) clear() {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, e := range c.entries {
		c.retire(e)
	}
}

// close retires all bots, lets nobody in any more, and waits until everything
// is released.
func (c *cache) close() {
	c.mu.Lock()
	c.closed = true
	c.mu.Unlock()
	c.clear()
	c.open.Wait()
}
