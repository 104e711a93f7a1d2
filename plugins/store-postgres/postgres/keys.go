package postgres

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	"github.com/bothost/bothost/sdk/fault"
	"github.com/bothost/bothost/sdk/store"
)

const keyColumns = `id, tenant, tenant_uid, hash, created_at`

func readKey(row pgx.CollectableRow) (store.APIKey, error) {
	var found store.APIKey
	err := row.Scan(&found.ID, &found.Tenant, &found.TenantUID, &found.Hash, &found.Created)
	found.Created = found.Created.UTC()
	return found, err
}

func checkKeyID(id string) error {
	return checkTexts(text{name: "the key's id", value: id, required: true, maxBytes: maxKeyBytes})
}

// CreateKey implements store.Tenants. An id that another key has, or that was
// revoked, is a Conflict: a key that was revoked does not come back.
func (s *Store) CreateKey(ctx context.Context, key store.APIKey) (store.APIKey, error) {
	doing := fmt.Sprintf("create key %q of tenant %q", key.ID, key.Tenant)
	if err := checkTenant(key.Tenant); err != nil {
		return store.APIKey{}, err
	}
	if err := checkKeyID(key.ID); err != nil {
		return store.APIKey{}, err
	}
	if err := checkTexts(text{name: "the tenant's uid", value: key.TenantUID}); err != nil {
		return store.APIKey{}, err
	}
	created, err := one(ctx, s, doing, harmless, readKey,
		`SELECT `+keyColumns+` FROM bothost.create_key($1, $2, $3, $4)`,
		key.ID, key.Tenant, key.TenantUID, nonNil(key.Hash))
	switch {
	case err != nil:
		return store.APIKey{}, err
	case created == nil:
		return store.APIKey{}, fault.New(fault.Conflict, "store-postgres: %s: the id is taken", doing)
	}
	return *created, nil
}

// ListKeys implements store.Tenants.
func (s *Store) ListKeys(ctx context.Context, tenant string) ([]store.APIKey, error) {
	if err := checkTenant(tenant); err != nil {
		return nil, err
	}
	return many(ctx, s, fmt.Sprintf("list keys of tenant %q", tenant), harmless, readKey,
		`SELECT `+keyColumns+` FROM bothost.list_keys($1)`, tenant)
}

// GetKey implements store.Tenants.
func (s *Store) GetKey(ctx context.Context, id string) (store.APIKey, error) {
	doing := fmt.Sprintf("get key %q", id)
	if err := checkKeyID(id); err != nil {
		return store.APIKey{}, err
	}
	found, err := one(ctx, s, doing, harmless, readKey, `SELECT `+keyColumns+` FROM bothost.get_key($1)`, id)
	switch {
	case err != nil:
		return store.APIKey{}, err
	case found == nil:
		return store.APIKey{}, notFound(doing)
	}
	return *found, nil
}

// RevokeKey implements store.Tenants.
func (s *Store) RevokeKey(ctx context.Context, tenant, id string) error {
	doing := fmt.Sprintf("revoke key %q of tenant %q", id, tenant)
	if err := checkTenant(tenant); err != nil {
		return err
	}
	if err := checkKeyID(id); err != nil {
		return err
	}
	revoked, err := scalar[bool](ctx, s, doing, harmful, `SELECT bothost.revoke_key($1, $2)`, tenant, id)
	if err == nil && !revoked {
		return notFound(doing)
	}
	return err
}
