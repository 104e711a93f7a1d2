package memstore

import (
	"bytes"
	"context"
	"maps"
	"slices"

	"github.com/bothost/bothost/sdk/fault"
	"github.com/bothost/bothost/sdk/store"
)

// PutTenant implements store.Tenants.
func (s *Store) PutTenant(_ context.Context, request store.PutTenant) (store.Tenant, bool, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	t := s.registry.tenants[request.Name]
	if t != nil && t.deleted && !request.Restore {
		return store.Tenant{}, false, fault.New(fault.Conflict, "tenant %q is deleted", request.Name).
			WithReason(fault.TenantDeleted).
			WithRemedy("restore it, or purge it to free its name")
	}
	created := t == nil || t.deleted
	var revision uint64
	if !created {
		revision = t.Revision
	}
	if request.IfRevision != nil && *request.IfRevision != revision {
		return store.Tenant{}, false, fault.New(fault.Conflict,
			"tenant %q is at revision %d, not %d", request.Name, revision, *request.IfRevision).
			WithReason(fault.RevisionMismatch)
	}
	at := now()
	if t == nil {
		t = s.registry.register(request.Name, at)
	}
	if t.deleted {
		t.deleted, t.Active = false, true
	}
	t.Config, t.Updated = bytes.Clone(request.Config), at
	t.Revision = s.registry.record(store.TenantChanged, request.Name, "")
	return t.Tenant, created, nil
}

// GetTenant implements store.Tenants.
func (s *Store) GetTenant(_ context.Context, name string) (store.Tenant, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	t, err := s.registry.registered(name)
	if err != nil {
		return store.Tenant{}, err
	}
	return t.Tenant, nil
}

// ListTenants implements store.Tenants.
func (s *Store) ListTenants(_ context.Context, limit int, after string) (store.Page[store.Tenant], error) {
	last, err := afterTenant(after)
	if err != nil {
		return store.Page[store.Tenant]{}, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	var rest []store.Tenant
	for _, name := range slices.Sorted(maps.Keys(s.registry.tenants)) {
		if t := s.registry.tenants[name]; name > last && !t.deleted {
			rest = append(rest, t.Tenant)
		}
	}
	return pageOf(rest, limit, tenantSize, tenantCursor)
}

// SetTenantActive implements store.Tenants.
func (s *Store) SetTenantActive(_ context.Context, name string, active bool) (store.Tenant, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	t, err := s.registry.registered(name)
	if err != nil {
		return store.Tenant{}, err
	}
	if t.Active != active {
		t.Active, t.Updated = active, now()
		t.Revision = s.registry.record(store.TenantChanged, name, "")
	}
	return t.Tenant, nil
}

// DeleteTenant implements store.Tenants.
func (s *Store) DeleteTenant(_ context.Context, name string, purge bool) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	t := s.registry.tenants[name]
	if t == nil || t.deleted && !purge {
		return fault.New(fault.NotFound, "there is no tenant %q", name)
	}
	s.registry.dropKeys(func(key store.APIKey) bool { return key.Tenant == name })
	t.deleted = true
	t.Revision = s.registry.record(store.TenantGone, name, "")
	if purge {
		delete(s.registry.tenants, name)
	}
	return nil
}
