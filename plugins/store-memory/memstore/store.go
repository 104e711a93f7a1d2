// Package memstore keeps conversations and tenants in memory, for development
// and tests only: what it holds ends with the process.
//
// It is also the shortest complete reading of what a store must do. One mutex
// guards everything, so each method is a transaction.
package memstore

import (
	"context"
	"sync"
	"time"

	"github.com/bothost/bothost/sdk"
	"github.com/bothost/bothost/sdk/store"
)

// Config is empty: there is nothing to configure.
type Config struct{}

// Store implements store.Conversations, store.Awaiter, store.Tenants,
// store.Checker and store.Volatile. It is safe for concurrent use.
type Store struct {
	mu sync.Mutex
	// tenants holds the conversations, by tenant and id.
	tenants map[string]map[string]*conversation
	// leases holds the end of each holder's lease.
	leases   map[string]time.Time
	registry registry
}

var (
	_ store.Conversations = (*Store)(nil)
	_ store.Awaiter       = (*Store)(nil)
	_ store.Tenants       = (*Store)(nil)
	_ store.Checker       = (*Store)(nil)
	_ store.Volatile      = (*Store)(nil)
)

// Open makes an empty store.
func Open(context.Context, Config, sdk.Settings) (*Store, error) { return New(), nil }

// New makes an empty store.
func New() *Store {
	return &Store{
		tenants:  map[string]map[string]*conversation{},
		leases:   map[string]time.Time{},
		registry: newRegistry(),
	}
}

// Volatile marks the store as one that loses what it holds.
func (*Store) Volatile() {}

// Check always succeeds, and says what the store is not for.
func (*Store) Check(context.Context) (string, error) {
	return "in memory, for development and tests only: everything is lost when the process ends", nil
}

// now is the store's clock, without the monotonic reading that a caller on the
// other side of the wire would not see either.
func now() time.Time { return timeOf(time.Now().UnixNano()) }

// timeOf reads a time as cursors carry it.
func timeOf(nanoseconds int64) time.Time { return time.Unix(0, nanoseconds).UTC() }
