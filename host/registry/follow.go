package registry

import (
	"context"
	"errors"
	"time"

	"github.com/bothost/bothost/sdk/fault"
	"github.com/bothost/bothost/sdk/store"
)

const (
	// openingTime is how long a stream may take to begin: the store's plugin may
	// have to be started.
	openingTime = 30 * time.Second
	// silence is how long one may tell nothing before it is given up for another.
	silence = 3 * time.Second

	firstPause, lastPause = 100 * time.Millisecond, 5 * time.Second
)

// errSilent is why a stream is given up.
var errSilent = errors.New("the store tells nothing")

// follower reads the store's streams of changes, one after the other.
type follower struct {
	registry *Registry
	// last is the revision of the last change that was seen; nil: none yet.
	last  *uint64
	pause time.Duration
	// isDeaf: the log says that changes are not heard.
	isDeaf bool
}

// follow reads the stream of changes until ctx ends. When it breaks it is taken
// up again after the last change seen, so that none is missed.
func (r *Registry) follow(ctx context.Context) {
	f := &follower{registry: r, pause: firstPause}
	for {
		err := f.read(ctx)
		r.hearing.end()
		if ctx.Err() != nil || fault.Is(err, fault.Unsupported) {
			return
		}
		if err == nil {
			continue
		}
		f.tellDeaf(err)
		select {
		case <-time.After(f.pause):
			f.pause = min(2*f.pause, lastPause)
		case <-ctx.Done():
			return
		}
	}
}

// read reads one stream until it breaks or falls silent, or, without an error,
// until there is a better one.
func (f *follower) read(ctx context.Context) error {
	ctx, giveUp := context.WithCancelCause(ctx)
	defer giveUp(nil)
	quiet := time.AfterFunc(openingTime, func() { giveUp(errSilent) })
	defer quiet.Stop()
	told := 0
	err := f.registry.settings.Watch(ctx, f.last, func(event store.WatchEvent) error {
		quiet.Reset(silence)
		f.apply(event)
		if told++; told == 2 {
			// Where it starts, a stream can tell that will never tell a change.
			f.begin()
		}
		f.registry.hearing.heard()
		return nil
	})
	if errors.Is(context.Cause(ctx), errSilent) {
		return errSilent
	}
	return err
}

// begin makes the stream one that is believed. What was known before is looked at
// once when it is used: changes may have been made that nobody told.
func (f *follower) begin() {
	f.registry.keys.clear()
	f.registry.hearing.begin()
	f.pause = firstPause
	if f.isDeaf {
		f.registry.settings.Logger.Info("changes of other instances are heard again")
	}
	f.isDeaf = false
}

// apply makes one event known here.
func (f *follower) apply(event store.WatchEvent) {
	switch e := event.(type) {
	case store.Position:
		f.last = &e.Revision
	case store.Change:
		f.registry.applyChange(e)
		f.last = &e.Revision
	}
}

func (r *Registry) applyChange(change store.Change) {
	switch change.Type {
	case store.TenantChanged:
		r.cache.dropOlder(change.Tenant, change.Revision)
	case store.TenantGone:
		r.cache.dropOlder(change.Tenant, change.Revision)
		r.keys.dropTenant(change.Tenant)
	case store.KeyRevoked:
		r.keys.drop(change.KeyID)
	}
}

// tellDeaf says once that changes are not heard.
func (f *follower) tellDeaf(err error) {
	if !f.isDeaf {
		f.registry.settings.Logger.Warn("changes of other instances are not heard; registrations and keys are compared at each use", "error", err)
	}
	f.isDeaf = true
}
