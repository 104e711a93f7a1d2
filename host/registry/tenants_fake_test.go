package registry_test

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

// tenants is a store of registrations in memory, which several registries can
// share as the instances of a host do.
type tenants struct {
	mu       sync.Mutex
	revision uint64
	byName   map[string]store.Tenant
	deleted  map[string]bool
	keys     map[string]store.APIKey
	changes  []store.Change
	// changed is closed and replaced by each change.
	changed chan struct{}
	// reads counts GetTenant and GetKey.
	reads int
	// afterRead, if set, is called when one of them has read and not yet answered.
	afterRead func()
}

func newTenants() *tenants {
	return &tenants{
		byName: map[string]store.Tenant{}, deleted: map[string]bool{}, keys: map[string]store.APIKey{},
		changed: make(chan struct{}),
	}
}

var _ store.Tenants = (*tenants)(nil)

func (s *tenants) change(c store.Change) uint64 {
	s.revision++
	c.Revision = s.revision
	s.changes = append(s.changes, c)
	close(s.changed)
	s.changed = make(chan struct{})
	return s.revision
}

func (s *tenants) PutTenant(_ context.Context, r store.PutTenant) (store.Tenant, bool, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	tenant, known := s.byName[r.Name]
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
	s.byName[r.Name] = tenant
	return tenant, !known, nil
}

func (s *tenants) find(name string) (store.Tenant, error) {
	tenant, ok := s.byName[name]
	if !ok {
		return store.Tenant{}, fault.New(fault.NotFound, "no row")
	}
	return tenant, nil
}

func (s *tenants) GetTenant(_ context.Context, name string) (store.Tenant, error) {
	s.mu.Lock()
	s.reads++
	after := s.afterRead
	tenant, err := s.find(name)
	s.mu.Unlock()
	if after != nil {
		after()
	}
	return tenant, err
}

// ListTenants has cursors that are no names, as real stores do.
func (s *tenants) ListTenants(_ context.Context, limit int, after string) (store.Page[store.Tenant], error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	last, err := base64.StdEncoding.DecodeString(after)
	if err != nil {
		return store.Page[store.Tenant]{}, fault.New(fault.Invalid, "no cursor of this store")
	}
	var page store.Page[store.Tenant]
	for _, name := range slices.Sorted(maps.Keys(s.byName)) {
		if name <= string(last) {
			continue
		}
		if len(page.Items) == limit {
			page.Next = base64.StdEncoding.EncodeToString([]byte(page.Items[limit-1].Name))
			break
		}
		page.Items = append(page.Items, s.byName[name])
	}
	return page, nil
}

func (s *tenants) SetTenantActive(_ context.Context, name string, active bool) (store.Tenant, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	tenant, err := s.find(name)
	if err != nil || tenant.Active == active {
		return tenant, err
	}
	tenant.Active = active
	tenant.Revision = s.change(store.Change{Type: store.TenantChanged, Tenant: name})
	s.byName[name] = tenant
	return tenant, nil
}

func (s *tenants) DeleteTenant(_ context.Context, name string, purge bool) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if _, err := s.find(name); err != nil && !(purge && s.deleted[name]) {
		return err
	}
	delete(s.byName, name)
	s.deleted[name] = !purge
	maps.DeleteFunc(s.keys, func(_ string, key store.APIKey) bool { return key.Tenant == name })
	s.change(store.Change{Type: store.TenantGone, Tenant: name})
	return nil
}

func (s *tenants) CreateKey(_ context.Context, key store.APIKey) (store.APIKey, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	key.TenantUID, key.Created = s.byName[key.Tenant].UID, time.Now()
	s.keys[key.ID] = key
	return key, nil
}

func (s *tenants) ListKeys(_ context.Context, tenant string) ([]store.APIKey, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	found := slices.Collect(maps.Values(s.keys))
	found = slices.DeleteFunc(found, func(key store.APIKey) bool { return key.Tenant != tenant })
	slices.SortFunc(found, func(a, b store.APIKey) int {
		return cmp.Or(a.Created.Compare(b.Created), cmp.Compare(a.ID, b.ID))
	})
	return found, nil
}

func (s *tenants) GetKey(_ context.Context, id string) (store.APIKey, error) {
	s.mu.Lock()
	s.reads++
	key, ok := s.keys[id]
	after := s.afterRead
	s.mu.Unlock()
	if after != nil {
		after()
	}
	if !ok {
		return store.APIKey{}, fault.New(fault.NotFound, "no row")
	}
	return key, nil
}

func (s *tenants) RevokeKey(_ context.Context, tenant, id string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if key, ok := s.keys[id]; !ok || key.Tenant != tenant {
		return fault.New(fault.NotFound, "no row")
	}
	delete(s.keys, id)
	s.change(store.Change{Type: store.KeyRevoked, Tenant: tenant, KeyID: id})
	return nil
}

func (s *tenants) WatchTenants(ctx context.Context, after *uint64, emit func(store.WatchEvent) error) error {
	s.mu.Lock()
	at := s.revision
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
		select {
		case <-changed:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}
