// Package faketenants is a store of registrations for the host's tests, which
// several registries can share as the instances of a host do.
package faketenants

import (
	"cmp"
	"context"
	"encoding/base64"
	"maps"
	"slices"
	"sync"
	"time"

	"github.com/bothost/bothost/sdk/fault"
	"github.com/bothost/bothost/sdk/store"
)

// Store keeps registrations in memory. Its exported fields are for tests that
// look while nothing else runs.
type Store struct {
	mu       sync.Mutex
	Revision uint64
	ByName   map[string]store.Tenant
	Keys     map[string]store.APIKey
	deleted  map[string]bool
	changes  []store.Change
	// changed is closed and replaced by each change.
	changed chan struct{}
	// Reads counts GetTenant and GetKey.
	Reads int
	// AfterRead, if set, is called when one of them has read and not yet answered.
	AfterRead func()
}

// New makes an empty store.
func New() *Store {
	return &Store{
		ByName: map[string]store.Tenant{}, deleted: map[string]bool{}, Keys: map[string]store.APIKey{},
		changed: make(chan struct{}),
	}
}

var _ store.Tenants = (*Store)(nil)

func (s *Store) change(c store.Change) uint64 {
	s.Revision++
	c.Revision = s.Revision
	s.changes = append(s.changes, c)
	close(s.changed)
	s.changed = make(chan struct{})
	return s.Revision
}

// PutTenant implements store.Tenants.
func (s *Store) PutTenant(_ context.Context, r store.PutTenant) (store.Tenant, bool, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	tenant, known := s.ByName[r.Name]
	if r.IfRevision != nil && *r.IfRevision != tenant.Revision {
		return store.Tenant{}, false, fault.New(fault.Conflict, "stale").WithReason(fault.RevisionMismatch)
	}
	if s.deleted[r.Name] && !r.Restore {
		return store.Tenant{}, false, fault.New(fault.Conflict, "deleted").WithReason(fault.TenantDeleted)
	}
	if !known {
		tenant = store.Tenant{Name: r.Name, UID: "uid-" + r.Name, Active: true, Created: time.Now()}
	}
	delete(s.deleted, r.Name)
	tenant.Config, tenant.Updated = r.Config, time.Now()
	tenant.Revision = s.change(store.Change{Type: store.TenantChanged, Tenant: r.Name})
	s.ByName[r.Name] = tenant
	return tenant, !known, nil
}

func (s *Store) find(name string) (store.Tenant, error) {
	tenant, ok := s.ByName[name]
	if !ok {
		return store.Tenant{}, fault.New(fault.NotFound, "no row")
	}
	return tenant, nil
}

// GetTenant implements store.Tenants.
func (s *Store) GetTenant(_ context.Context, name string) (store.Tenant, error) {
	s.mu.Lock()
	s.Reads++
	after := s.AfterRead
	tenant, err := s.find(name)
	s.mu.Unlock()
	if after != nil {
		after()
	}
	return tenant, err
}

// ListTenants implements store.Tenants, with cursors that are no names, as real
// stores have.
func (s *Store) ListTenants(_ context.Context, limit int, after string) (store.Page[store.Tenant], error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	last, err := base64.StdEncoding.DecodeString(after)
	if err != nil {
		return store.Page[store.Tenant]{}, fault.New(fault.Invalid, "no cursor of this store")
	}
	var page store.Page[store.Tenant]
	for _, name := range slices.Sorted(maps.Keys(s.ByName)) {
		if name <= string(last) {
			continue
		}
		if len(page.Items) == limit {
			page.Next = base64.StdEncoding.EncodeToString([]byte(page.Items[limit-1].Name))
			break
		}
		page.Items = append(page.Items, s.ByName[name])
	}
	return page, nil
}

// SetTenantActive implements store.Tenants.
func (s *Store) SetTenantActive(_ context.Context, name string, active bool) (store.Tenant, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	tenant, err := s.find(name)
	if err != nil || tenant.Active == active {
		return tenant, err
	}
	tenant.Active = active
	tenant.Revision = s.change(store.Change{Type: store.TenantChanged, Tenant: name})
	s.ByName[name] = tenant
	return tenant, nil
}

// DeleteTenant implements store.Tenants.
func (s *Store) DeleteTenant(_ context.Context, name string, purge bool) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if _, err := s.find(name); err != nil && (!purge || !s.deleted[name]) {
		return err
	}
	delete(s.ByName, name)
	s.deleted[name] = !purge
	maps.DeleteFunc(s.Keys, func(_ string, key store.APIKey) bool { return key.Tenant == name })
	s.change(store.Change{Type: store.TenantGone, Tenant: name})
	return nil
}

// CreateKey implements store.Tenants.
func (s *Store) CreateKey(_ context.Context, key store.APIKey) (store.APIKey, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	key.TenantUID, key.Created = s.ByName[key.Tenant].UID, time.Now()
	s.Keys[key.ID] = key
	return key, nil
}

// ListKeys implements store.Tenants.
func (s *Store) ListKeys(_ context.Context, tenant string) ([]store.APIKey, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	found := slices.Collect(maps.Values(s.Keys))
	found = slices.DeleteFunc(found, func(key store.APIKey) bool { return key.Tenant != tenant })
	slices.SortFunc(found, func(a, b store.APIKey) int {
		return cmp.Or(a.Created.Compare(b.Created), cmp.Compare(a.ID, b.ID))
	})
	return found, nil
}

// GetKey implements store.Tenants.
func (s *Store) GetKey(_ context.Context, id string) (store.APIKey, error) {
	s.mu.Lock()
	s.Reads++
	key, ok := s.Keys[id]
	after := s.AfterRead
	s.mu.Unlock()
	if after != nil {
		after()
	}
	if !ok {
		return store.APIKey{}, fault.New(fault.NotFound, "no row")
	}
	return key, nil
}

// RevokeKey implements store.Tenants.
func (s *Store) RevokeKey(_ context.Context, tenant, id string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if key, ok := s.Keys[id]; !ok || key.Tenant != tenant {
		return fault.New(fault.NotFound, "no row")
	}
	delete(s.Keys, id)
	s.change(store.Change{Type: store.KeyRevoked, Tenant: tenant, KeyID: id})
	return nil
}

// positionInterval is how often a watch says where it is while nothing changes.
const positionInterval = 500 * time.Millisecond

// WatchTenants implements store.Tenants.
func (s *Store) WatchTenants(ctx context.Context, after *uint64, emit func(store.WatchEvent) error) error {
	s.mu.Lock()
	at := s.Revision
	s.mu.Unlock()
	if after != nil {
		at = *after
	}
	if err := emit(store.Position{Revision: at}); err != nil {
		return err
	}
	for {
		s.mu.Lock()
		news, changed := slices.Clone(s.changes[at:]), s.changed
		s.mu.Unlock()
		for _, change := range news {
			if err := emit(change); err != nil {
				return err
			}
			at = change.Revision
		}
		if err := emit(store.Position{Revision: at}); err != nil {
			return err
		}
		select {
		case <-changed:
		case <-time.After(positionInterval):
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}
