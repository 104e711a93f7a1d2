package sqlite

import (
	"context"
	"fmt"

	"github.com/bothost/bothost/sdk/store"
)

// SetTenantActive implements store.Tenants.
func (s *Store) SetTenantActive(ctx context.Context, name string, active bool) (tenant store.Tenant, err error) {
	err = s.change(ctx, fmt.Sprintf("switch tenant %q", name), func(tx *transaction) error {
		found, err := tx.registration(name)
		if err != nil {
			return err
		}
		if found == nil || found.deleted {
			return noTenant(name)
		}
		tenant = found.Tenant
		if tenant.Active == active {
			return nil
		}
		tenant.Active, tenant.Updated = active, timeOf(now().UnixNano())
		if tenant.Revision, err = tx.record(store.TenantChanged, name, ""); err != nil {
			return err
		}
		_, err = tx.Exec(`UPDATE tenants SET active = ?2, revision = ?3, updated_at = ?4 WHERE tenant = ?1`,
			name, tenant.Active, int64(tenant.Revision), tenant.Updated.UnixNano())
		return err
	})
	return tenant, err
}

// DeleteTenant implements store.Tenants.
func (s *Store) DeleteTenant(ctx context.Context, name string, purge bool) error {
	return s.change(ctx, fmt.Sprintf("delete tenant %q", name), func(tx *transaction) error {
		found, err := tx.registration(name)
		if err != nil {
			return err
		}
		if found == nil || found.deleted && !purge {
			return noTenant(name)
		}
		if err := tx.revokeAll(name); err != nil {
			return err
		}
		revision, err := tx.record(store.TenantGone, name, "")
		if err != nil {
			return err
		}
		if purge {
			_, err = tx.Exec(`DELETE FROM tenants WHERE tenant = ?1`, name)
			return err
		}
		_, err = tx.Exec(`UPDATE tenants SET deleted = TRUE, revision = ?2, updated_at = ?3 WHERE tenant = ?1`,
			name, int64(revision), now().UnixNano())
		return err
	})
}

// revokeAll revokes the keys of a tenant, each with a change of its own.
func (t *transaction) revokeAll(tenant string) error {
	var ids []string
	for row, err := range t.Rows(`SELECT id FROM api_keys WHERE tenant = ?1 ORDER BY number`, tenant) {
		if err != nil {
			return fmt.Errorf("list the tenant's keys: %w", err)
		}
		ids = append(ids, row.Text(0))
	}
	for _, id := range ids {
		if _, err := t.revoke(tenant, id); err != nil {
			return err
		}
	}
	return nil
}
