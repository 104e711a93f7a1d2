package sqlite

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"time"

	"github.com/bothost/bothost/plugins/store-sqlite/internal/engine"
	"github.com/bothost/bothost/sdk/fault"
	"github.com/bothost/bothost/sdk/store"
	"github.com/bothost/bothost/sdk/store/cursor"
)

const tenantList = "tenants"

const (
	selectRegistrations = `
		SELECT tenant, uid, revision, config, active, created_at, updated_at, deleted FROM tenants `
	selectTenant  = selectRegistrations + `WHERE tenant = ?1 AND NOT deleted`
	selectTenants = selectRegistrations + `WHERE tenant > ?1 AND NOT deleted ORDER BY tenant LIMIT ?2`
)

// registration is a tenant's row: a tombstone if it is deleted.
type registration struct {
	store.Tenant
	deleted bool
}

func registrationOf(row engine.Row) *registration {
	return &registration{
		Tenant: store.Tenant{
			Name: row.Text(0), UID: row.Text(1), Revision: uint64(row.Int(2)), Config: row.Blob(3),
			Active: row.Bool(4), Created: timeOf(row.Int(5)), Updated: timeOf(row.Int(6)),
		},
		deleted: row.Bool(7),
	}
}

// registration gives a tenant's row, or nil.
func (t *transaction) registration(name string) (found *registration, err error) {
	_, err = t.First(func(row engine.Row) { found = registrationOf(row) }, selectRegistrations+`WHERE tenant = ?1`, name)
	if err != nil {
		return nil, fmt.Errorf("read the tenant: %w", err)
	}
	return found, nil
}

// PutTenant implements store.Tenants.
func (s *Store) PutTenant(ctx context.Context, request store.PutTenant) (tenant store.Tenant, created bool, err error) {
	err = s.change(ctx, fmt.Sprintf("put tenant %q", request.Name), func(tx *transaction) error {
		before, err := tx.registration(request.Name)
		if err != nil {
			return err
		}
		if err := allowed(request, before); err != nil {
			return err
		}
		created = before == nil || before.deleted
		tenant, err = tx.register(request, before, now())
		return err
	})
	return tenant, created, err
}

// allowed checks a request's conditions.
func allowed(request store.PutTenant, before *registration) error {
	if before != nil && before.deleted && !request.Restore {
		return fault.New(fault.Conflict, "tenant %q is deleted", request.Name).
			WithReason(fault.TenantDeleted).WithRemedy("restore it, or purge it to free its name")
	}
	var revision uint64
	if before != nil && !before.deleted {
		revision = before.Revision
	}
	if request.IfRevision == nil || *request.IfRevision == revision {
		return nil
	}
	return fault.New(fault.Conflict, "tenant %q is at revision %d, not %d", request.Name, revision, *request.IfRevision).
		WithReason(fault.RevisionMismatch)
}

// register writes a tenant over what was before, if anything was.
func (t *transaction) register(request store.PutTenant, before *registration, at time.Time) (store.Tenant, error) {
	at = timeOf(at.UnixNano())
	tenant := store.Tenant{Name: request.Name, UID: rand.Text(), Active: true, Created: at}
	if before != nil {
		tenant = before.Tenant
		tenant.Active = tenant.Active || before.deleted
	}
	tenant.Config, tenant.Updated = blob(request.Config), at
	var err error
	if tenant.Revision, err = t.record(store.TenantChanged, tenant.Name, ""); err != nil {
		return store.Tenant{}, err
	}
	_, err = t.Exec(`
		INSERT INTO tenants (tenant, uid, revision, config, active, deleted, created_at, updated_at)
		VALUES (?1, ?2, ?3, ?4, ?5, FALSE, ?6, ?7)
		ON CONFLICT (tenant) DO UPDATE SET
			revision = excluded.revision, config = excluded.config, active = excluded.active,
			deleted = FALSE, updated_at = excluded.updated_at`,
		tenant.Name, tenant.UID, int64(tenant.Revision), tenant.Config, tenant.Active,
		tenant.Created.UnixNano(), tenant.Updated.UnixNano())
	return tenant, err
}

// GetTenant implements store.Tenants.
func (s *Store) GetTenant(ctx context.Context, name string) (tenant store.Tenant, err error) {
	err = s.read(ctx, fmt.Sprintf("get tenant %q", name), func(c *engine.Connection) error {
		found, err := c.First(func(row engine.Row) { tenant = registrationOf(row).Tenant }, selectTenant, name)
		if err == nil && !found {
			return noTenant(name)
		}
		return err
	})
	return tenant, err
}

func tenants() list[store.Tenant] {
	return list[store.Tenant]{
		scan:   func(row engine.Row) (store.Tenant, error) { return registrationOf(row).Tenant, nil },
		size:   func(t store.Tenant) int { return len(t.Config) },
		cursor: func(t store.Tenant) string { return cursor.Encode(tenantList, t.Name) },
	}
}

// ListTenants implements store.Tenants.
func (s *Store) ListTenants(ctx context.Context, limit int, after string) (page store.Page[store.Tenant], err error) {
	last, err := tenantPlace(after)
	if err = errors.Join(err, checkLimit(limit)); err != nil {
		return page, err
	}
	err = s.read(ctx, "list tenants", func(c *engine.Connection) (err error) {
		page, err = tenants().page(c.Rows(selectTenants, last, limit+1), limit)
		return err
	})
	return page, err
}

// tenantPlace is where a page begins: right after this name.
func tenantPlace(after string) (string, error) {
	if after == "" {
		return "", nil
	}
	fields, err := cursor.Decode(tenantList, after, 1)
	if err != nil {
		return "", err
	}
	return fields[0], nil
}

func noTenant(name string) error { return fault.New(fault.NotFound, "there is no tenant %q", name) }
