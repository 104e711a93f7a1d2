// Package lease keeps this host alive in the eyes of the stores that it uses.
//
// Turns run under the lease of the host's incarnation, its holder. The keeper
// renews it in every store that is held; when the host dies, the leases expire,
// and other instances may take its turns over. A host that finds the id of its
// predecessor in its data directory retires that one at once instead.
//
// A lease that is renewed also keeps turns from others that nobody runs any more,
// because the store could not be told of their end. The keeper tells it when it
// can be reached again.
package lease

import (
	"context"
	"fmt"
	"sync"
	"time"

	"github.com/hashicorp/go-hclog"

	"github.com/bothost/bothost/sdk/store"
)

const (
	// TTL is how long a lease lasts without renewal.
	TTL = 15 * time.Second
	// Interval is how often it is renewed.
	Interval = 5 * time.Second
	// callTimeout bounds one renewal: the next one must not be missed for it.
	callTimeout = 4 * time.Second
)

// UseStore calls use with one store; use may be called twice if the store's
// process ended meanwhile.
type UseStore func(ctx context.Context, use func(context.Context, store.Conversations) error) error

// Keeper renews the holder's leases. It is safe for concurrent use; it must be
// closed.
type Keeper struct {
	holder      string
	predecessor string
	logger      hclog.Logger

	mu       sync.Mutex
	held     map[string]*held
	routines sync.WaitGroup
}

// held is one store's lease: ready is closed once the first renewal has ended.
type held struct {
	users int
	ready chan struct{}
	err   error
	stop  context.CancelFunc
	// unended are turns that could not be ended yet, oldest first.
	unended []store.FailTurn
}

// NewKeeper makes a keeper for a holder. predecessor is the holder whose turns
// nobody continues, or empty.
func NewKeeper(holder, predecessor string, logger hclog.Logger) *Keeper {
	return &Keeper{holder: holder, predecessor: predecessor, logger: logger, held: make(map[string]*held)}
}

// Holder is the id of this incarnation.
func (k *Keeper) Holder() string { return k.holder }

// Hold keeps the lease in a store until release is called; key tells stores
// apart. It returns when the lease is there, or cannot be had.
func (k *Keeper) Hold(ctx context.Context, key string, use UseStore) (release func(), err error) {
	//nolint:contextcheck // renewals go on when this call has returned
	h := k.enter(key, use)
	release = sync.OnceFunc(func() { k.leave(key, h) })
	select {
	case <-h.ready:
		err = h.err
	case <-ctx.Done():
		err = ctx.Err()
	}
	if err != nil {
		release()
		return nil, err
	}
	return release, nil
}

func (k *Keeper) enter(key string, use UseStore) *held {
	k.mu.Lock()
	defer k.mu.Unlock()
	h, ok := k.held[key]
	if !ok {
		ctx, stop := context.WithCancel(context.Background())
		h = &held{ready: make(chan struct{}), stop: stop}
		k.held[key] = h
		k.routines.Go(func() { k.keep(ctx, h, use) })
	}
	h.users++
	return h
}

func (k *Keeper) leave(key string, h *held) {
	k.mu.Lock()
	defer k.mu.Unlock()
	h.users--
	if h.users == 0 {
		h.stop()
		if k.held[key] == h {
			delete(k.held, key)
		}
	}
}

// Close waits until all leases are released.
func (k *Keeper) Close() { k.routines.Wait() }

// keep takes the lease and renews it until ctx ends.
func (k *Keeper) keep(ctx context.Context, h *held, use UseStore) {
	h.err = k.take(ctx, use)
	close(h.ready)
	if h.err != nil {
		return
	}
	ticker := time.NewTicker(Interval)
	defer ticker.Stop()
	for {
		select {
		case <-ticker.C:
			err := k.renew(ctx, use)
			switch {
			case err == nil:
				k.endTurns(ctx, h, use)
			case ctx.Err() == nil:
				k.logger.Warn("lease could not be renewed", "error", err)
			}
		case <-ctx.Done():
			return
		}
	}
}

func (k *Keeper) take(ctx context.Context, use UseStore) error {
	if err := k.RetirePredecessor(ctx, use); err != nil {
		return err
	}
	if err := k.renew(ctx, use); err != nil {
		return fmt.Errorf("take the lease: %w", err)
	}
	return nil
}

// RetirePredecessor ends the predecessor's lease in a store that is not held yet,
// and may not be for a while: other instances wait for the turns that it left.
// Repeating it is harmless.
func (k *Keeper) RetirePredecessor(ctx context.Context, use UseStore) error {
	if k.predecessor == "" {
		return nil
	}
	err := use(ctx, func(ctx context.Context, s store.Conversations) error { return s.Retire(ctx, k.predecessor) })
	if err != nil {
		return fmt.Errorf("retire the holder of the last run: %w", err)
	}
	return nil
}

func (k *Keeper) renew(ctx context.Context, use UseStore) error {
	ctx, cancel := context.WithTimeout(ctx, callTimeout)
	defer cancel()
	return use(ctx, func(ctx context.Context, s store.Conversations) error { return s.Heartbeat(ctx, k.holder, TTL) })
}
