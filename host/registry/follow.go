package registry

import (
	"context"
	"time"

	"github.com/bothost/bothost/sdk/fault"
	"github.com/bothost/bothost/sdk/store"
)

// follow reads the store's stream of changes until ctx ends. When it breaks it
// is taken up again after the last change seen, so that none is missed.
func (r *Registry) follow(ctx context.Context) {
	var last *uint64
	for pause := 100 * time.Millisecond; ; pause = min(2*pause, 5*time.Second) {
		err := r.settings.Watch(ctx, last, func(event store.WatchEvent) error {
			pause = 100 * time.Millisecond
			last = r.apply(event, last)
			return nil
		})
		r.following.Store(0)
		if ctx.Err() != nil || fault.Is(err, fault.Unsupported) {
			return
		}
		r.settings.Logger.Debug("stream of changes broke", "error", err)
		select {
		case <-time.After(pause):
		case <-ctx.Done():
			return
		}
	}
}

// apply makes one event known here, and gives the revision reached.
func (r *Registry) apply(event store.WatchEvent, last *uint64) *uint64 {
	switch e := event.(type) {
	case store.Position:
		// What was known before this stream is looked at once when it is used: the
		// changes in between may not have come yet.
		r.keys.clear()
		r.following.Store(r.stream.Add(1))
		return &e.Revision
	case store.Change:
		switch e.Type {
		case store.TenantChanged:
			r.cache.dropOlder(e.Tenant, e.Revision)
		case store.TenantGone:
			r.cache.dropOlder(e.Tenant, e.Revision)
			r.keys.dropTenant(e.Tenant)
		case store.KeyRevoked:
			r.keys.drop(e.KeyID)
		}
		return &e.Revision
	}
	return last
}
