package memstore

import (
	"bytes"
	"context"

	"github.com/bothost/bothost/sdk/fault"
	"github.com/bothost/bothost/sdk/store"
)

// CreateKey implements store.Tenants.
func (s *Store) CreateKey(_ context.Context, key store.APIKey) (store.APIKey, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, known := range s.registry.keys {
		if known.ID != key.ID {
			continue
		}
		if known.Tenant == key.Tenant && bytes.Equal(known.Hash, key.Hash) {
			return known, nil
		}
		return store.APIKey{}, fault.New(fault.Conflict, "there is another key with the id %q", key.ID)
	}
	if s.registry.revoked[key.ID] {
		return store.APIKey{}, fault.New(fault.Conflict, "the key %q was revoked", key.ID)
	}
	if t, err := s.registry.registered(key.Tenant); err == nil && key.TenantUID == "" {
		key.TenantUID = t.UID
	}
	key.Hash, key.Created = bytes.Clone(key.Hash), now()
	s.registry.keys = append(s.registry.keys, key)
	return key, nil
}

// ListKeys implements store.Tenants.
func (s *Store) ListKeys(_ context.Context, tenant string) ([]store.APIKey, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	var found []store.APIKey
	for _, key := range s.registry.keys {
		if key.Tenant == tenant && s.registry.valid(key) {
			found = append(found, key)
		}
	}
	return found, nil
}

// GetKey implements store.Tenants.
func (s *Store) GetKey(_ context.Context, id string) (store.APIKey, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, key := range s.registry.keys {
		if key.ID == id && s.registry.valid(key) {
			return key, nil
		}
	}
	return store.APIKey{}, noSuchKey(id)
}

// RevokeKey implements store.Tenants.
func (s *Store) RevokeKey(_ context.Context, tenant, id string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.registry.dropKeys(func(key store.APIKey) bool { return key.Tenant == tenant && key.ID == id }) {
		return noSuchKey(id)
	}
	return nil
}

// valid reports whether the tenant that a key was made for is still there. A
// key without a uid belongs to a name that the registry does not keep.
func (r *registry) valid(key store.APIKey) bool {
	if key.TenantUID == "" {
		return true
	}
	t, err := r.registered(key.Tenant)
	return err == nil && t.UID == key.TenantUID
}

func noSuchKey(id string) error {
	return fault.New(fault.NotFound, "there is no key %q", id)
}
