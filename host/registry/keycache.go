package registry

import (
	"sync"
	"time"

	"github.com/hashicorp/golang-lru/v2/simplelru"

	"github.com/bothost/bothost/sdk/store"
)

// keyCache keeps the records of the keys used last, each for ttl at most. What
// was read before a drop is not kept after it: a record on its way from the
// store may be that of a key that was revoked meanwhile.
type keyCache struct {
	ttl time.Duration

	mu      sync.Mutex
	records *simplelru.LRU[string, heldKey]
	// drops counts what was dropped, whether it was there or not.
	drops uint64
}

type heldKey struct {
	store.APIKey
	until time.Time
}

const keyCacheSize = 10_000

func newKeyCache(ttl time.Duration) *keyCache {
	records, err := simplelru.NewLRU[string, heldKey](keyCacheSize, nil)
	if err != nil {
		// Only a size that is not positive is refused.
		panic(err)
	}
	return &keyCache{ttl: ttl, records: records}
}

// get finds a record. at is to be given to add by who does not find it and reads
// it elsewhere.
func (c *keyCache) get(id string) (record store.APIKey, ok bool, at uint64) {
	c.mu.Lock()
	defer c.mu.Unlock()
	held, ok := c.records.Get(id)
	return held.APIKey, ok && time.Now().Before(held.until), c.drops
}

// add keeps a record, unless something was dropped since at.
func (c *keyCache) add(record store.APIKey, at uint64) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.drops == at {
		c.records.Add(record.ID, heldKey{APIKey: record, until: time.Now().Add(c.ttl)})
	}
}

func (c *keyCache) drop(id string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.drops++
	c.records.Remove(id)
}

func (c *keyCache) clear() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.drops++
	c.records.Purge()
}

func (c *keyCache) dropTenant(tenant string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.drops++
	for _, id := range c.records.Keys() {
		if held, ok := c.records.Peek(id); ok && held.Tenant == tenant {
			c.records.Remove(id)
		}
	}
}
