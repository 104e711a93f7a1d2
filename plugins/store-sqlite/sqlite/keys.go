package sqlite

import (
	"bytes"
	"context"
	"database/sql"
	"errors"
	"fmt"

	"github.com/bothost/bothost/sdk/fault"
	"github.com/bothost/bothost/sdk/store"
)

const selectKey = `SELECT k.id, k.tenant, k.tenant_uid, k.hash, k.created_at FROM api_keys k `

// isValid holds for keys whose tenant is still the one that they were made for.
const isValid = ` AND (k.tenant_uid = '' OR EXISTS (
	SELECT 1 FROM tenants t WHERE t.tenant = k.tenant AND t.uid = k.tenant_uid AND NOT t.deleted))`

func scanKey(row scanner) (key store.APIKey, err error) {
	var created int64
	err = row.Scan(&key.ID, &key.Tenant, &key.TenantUID, &key.Hash, &created)
	key.Created = timeOf(created)
	return key, err
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
func (t *transaction) key(id string) (*store.APIKey, error) {
	statement, err := t.prepared(selectKey + `WHERE k.id = ?1`)
	if err != nil {
		return nil, err
	}
	key, err := scanKey(statement.QueryRowContext(t.ctx, id))
	if errors.Is(err, sql.ErrNoRows) {
		return nil, nil
	}
	return &key, err
}

func (t *transaction) insertKey(key store.APIKey) (store.APIKey, error) {
	tenant, err := t.registration(key.Tenant)
	if err != nil {
		return store.APIKey{}, err
	}
	if key.TenantUID == "" && tenant != nil && !tenant.deleted {
		key.TenantUID = tenant.UID
	}
	key.Created = timeOf(now().UnixNano())
	_, err = t.exec(`
		INSERT INTO api_keys (tenant, id, tenant_uid, hash, created_at) VALUES (?1, ?2, ?3, ?4, ?5)`,
		key.Tenant, key.ID, key.TenantUID, blob(key.Hash), key.Created.UnixNano())
	return key, err
}

// ListKeys implements store.Tenants.
func (s *Store) ListKeys(ctx context.Context, tenant string) (keys []store.APIKey, err error) {
	err = s.read(fmt.Sprintf("list keys of tenant %q", tenant), func(db *sql.DB) (err error) {
		keys, err = collect(ctx, db, scanKey, selectKey+`WHERE k.tenant = ?1`+isValid+` ORDER BY k.number`, tenant)
		return err
	})
	return keys, err
}

// GetKey implements store.Tenants.
func (s *Store) GetKey(ctx context.Context, id string) (key store.APIKey, err error) {
	err = s.read(fmt.Sprintf("get key %q", id), func(db *sql.DB) (err error) {
		key, err = scanKey(db.QueryRowContext(ctx, selectKey+`WHERE k.id = ?1`+isValid, id))
		if errors.Is(err, sql.ErrNoRows) {
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
	deleted, err := t.exec(`DELETE FROM api_keys WHERE tenant = ?1 AND id = ?2`, tenant, id)
	if err != nil || deleted == 0 {
		return false, err
	}
	_, err = t.record(store.KeyRevoked, tenant, id)
	return true, err
}

func noKey(id string) error { return fault.New(fault.NotFound, "there is no key %q", id) }
