package registry

import "time"

// CacheStatus is what there is to know of the cache.
type CacheStatus struct {
	// Tenants, most recently used first.
	Tenants []string
	MaxSize int
	TTL     time.Duration
	// Hits, Misses and Evictions are counted since the start. An eviction is a
	// bot that made room for another.
	Hits, Misses, Evictions uint64
}

func (c *cache) status() CacheStatus {
	c.mu.Lock()
	defer c.mu.Unlock()
	status := CacheStatus{
		Tenants: make([]string, 0, len(c.entries)), MaxSize: c.maxSize, TTL: c.ttl,
		Hits: c.hits, Misses: c.misses, Evictions: c.evictions,
	}
	for at := c.order.Front(); at != nil; at = at.Next() {
		status.Tenants = append(status.Tenants, entryAt(at).tenant)
	}
	return status
}
