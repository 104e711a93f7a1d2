package memstore

import (
	"crypto/rand"
	"time"

	"github.com/bothost/bothost/sdk/fault"
	"github.com/bothost/bothost/sdk/store"
)

// registry holds the tenants; the Store's mutex guards it.
type registry struct {
	tenants map[string]*registration
	// keys is in the order of their making.
	keys []store.APIKey
	// revoked holds the ids of keys that were revoked.
	revoked map[string]bool
	// changes is the whole history: change n has the revision n.
	changes []store.Change
	// changed is closed, and replaced, with each change.
	changed chan struct{}
}

type registration struct {
	store.Tenant
	// deleted marks a tombstone.
	deleted bool
}

func newRegistry() registry {
	return registry{tenants: map[string]*registration{}, revoked: map[string]bool{}, changed: make(chan struct{})}
}

// revision is that of the last change.
func (r *registry) revision() uint64 { return uint64(len(r.changes)) }

// record takes the next revision for a change, and wakes the watchers.
func (r *registry) record(kind store.ChangeType, tenant, keyID string) uint64 {
	revision := r.revision() + 1
	r.changes = append(r.changes, store.Change{Revision: revision, Type: kind, Tenant: tenant, KeyID: keyID})
	close(r.changed)
	r.changed = make(chan struct{})
	return revision
}

// registered gives the tenant, or NotFound for none and for a tombstone.
func (r *registry) registered(name string) (*registration, error) {
	if t := r.tenants[name]; t != nil && !t.deleted {
		return t, nil
	}
	return nil, fault.New(fault.NotFound, "there is no tenant %q", name)
}

// register adds a tenant under a new uid.
func (r *registry) register(name string, at time.Time) *registration {
	t := &registration{Tenant: store.Tenant{Name: name, UID: rand.Text(), Active: true, Created: at}}
	r.tenants[name] = t
	return t
}

// dropKeys revokes the keys that match, and records it.
func (r *registry) dropKeys(match func(store.APIKey) bool) (dropped bool) {
	var kept []store.APIKey
	for _, key := range r.keys {
		if !match(key) {
			kept = append(kept, key)
			continue
		}
		dropped = true
		r.revoked[key.ID] = true
		r.record(store.KeyRevoked, key.Tenant, key.ID)
	}
	r.keys = kept
	return dropped
}
