package sqlite

import (
	"bytes"
	"context"
	"fmt"

	"github.com/bothost/bothost/plugins/store-sqlite/internal/engine"
	"github.com/bothost/bothost/sdk/fault"
	"github.com/bothost/bothost/sdk/store"
)

const (
	selectKeys = `SELECT k.id, k.tenant, k.tenant_uid, k.hash, k.created_at FROM api_keys k `

	// isValid holds for keys whose tenant is still the one that they were made for.
	isValid = ` AND (k.tenant_uid = '' OR EXISTS (
		SELECT 1 FROM tenants t WHERE t.tenant = k.tenant AND t.uid = k.tenant_uid AND NOT t.deleted))`

	selectKey          = selectKeys + `WHERE k.id = ?1` + isValid
	selectKeysOfTenant = selectKeys + `WHERE k.tenant = ?1` + isValid + ` ORDER BY k.number`
)

func keyOf(row engine.Row) store.APIKey {
	return store.APIKey{
		ID: row.Text(0), Tenant: row.Text(1), TenantUID: row.Text(2), Hash: row.Blob(3), Created: timeOf(row.Int(4)),
	}
}

// CreateKey implements store.Tenants.
func (s *Store) CreateKey(ctx context.Context, key store.APIKey) (created store.APIKey, err error) {
	err = s.write(ctx, fmt.Sprintf("create key %q", key.ID), func(tx *transaction) error {
		known, err := tx.key(key.ID)
		switch {
		case err != nil:
			return err
		case known == nil:
			created, err = tx.insertKey(key)
			return err
		case known.Tenant == key.Tenant && bytes.Equal(known.Hash, key.Hash):
			created = *known
			return nil
		default:
			return fault.New(fault.Conflict, "there is another key with the id %q", key.ID)
		}
	})
	return created, err
}

// key gives a key's row, or nil.
func (t *transaction) key(id string) (known *store.APIKey, err error) {
	_, err = t.First(func(row engine.Row) {
		key := keyOf(row)
		known = &key
	}, selectKeys+`WHERE k.id = ?1`, id)
	return known, err
}

func (t *transaction) insertKey(key store.APIKey) (store.APIKey, error) {
	revoked, err := t.First(func(engine.Row) {}, `SELECT 1 FROM changes WHERE type = 'key_revoked' AND key_id = ?1`, key.ID)
	if err != nil {
		return store.APIKey{}, err
	}
	if revoked {
		return store.APIKey{}, fault.New(fault.Conflict, "the key %q was revoked", key.ID)
	}
	tenant, err := t.registration(key.Tenant)
	if err != nil {
		return store.APIKey{}, err
	}
	if key.TenantUID == "" && tenant != nil && !tenant.deleted {
		key.TenantUID = tenant.UID
	}
	key.Created = timeOf(now().UnixNano())
	_, err = t.Exec(`
		INSERT INTO api_keys (tenant, id, tenant_uid, hash, created_at) VALUES (?1, ?2, ?3, ?4, ?5)`,
		key.Tenant, key.ID, key.TenantUID, blob(key.Hash), key.Created.UnixNano())
	return key, err
}

// ListKeys implements store.Tenants.
func (s *Store) ListKeys(ctx context.Context, tenant string) (keys []store.APIKey, err error) {
	err = s.read(ctx, fmt.Sprintf("list keys of tenant %q", tenant), func(c *engine.Connection) error {
		keys = nil
		for row, err := range c.Rows(selectKeysOfTenant, tenant) {
			if err != nil {
				return err
			}
			keys = append(keys, keyOf(row))
		}
		return nil
	})
	return keys, err
}

// GetKey implements store.Tenants.
func (s *Store) GetKey(ctx context.Context, id string) (key store.APIKey, err error) {
	err = s.read(ctx, fmt.Sprintf("get key %q", id), func(c *engine.Connection) error {
		found, err := c.First(func(row engine.Row) { key = keyOf(row) }, selectKey, id)
		if err == nil && !found {
			return noKey(id)
		}
		return err
	})
	return key, err
}

// RevokeKey implements store.Tenants.
func (s *Store) RevokeKey(ctx context.Context, tenant, id string) error {
	return s.change(ctx, fmt.Sprintf("revoke key %q", id), func(tx *transaction) error {
		revoked, err := tx.revoke(tenant, id)
		if err == nil && !revoked {
			return noKey(id)
		}
		return err
	})
}

// revoke removes a key, and records it.
func (t *transaction) revoke(tenant, id string) (bool, error) {
	deleted, err := t.Exec(`DELETE FROM api_keys WHERE tenant = ?1 AND id = ?2`, tenant, id)
	if err != nil || deleted == 0 {
		return false, err
	}
	_, err = t.record(store.KeyRevoked, tenant, id)
	return true, err
}

func noKey(id string) error { return fault.New(fault.NotFound, "there is no key %q", id) }
