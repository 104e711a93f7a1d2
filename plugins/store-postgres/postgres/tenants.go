package postgres

import (
	"context"
	"fmt"
	"math"

	"github.com/jackc/pgx/v5"

	"github.com/bothost/bothost/sdk/store"
	"github.com/bothost/bothost/sdk/store/cursor"
)

const tenantList = "tenants"

const tenantColumns = `name, uid, revision, config, active, created_at, updated_at`

func readTenant(row pgx.CollectableRow) (store.Tenant, error) {
	var (
		found  store.Tenant
		config string
	)
	err := row.Scan(&found.Name, &found.UID, &found.Revision, &config, &found.Active, &found.Created, &found.Updated)
	found.Config = []byte(config)
	found.Created, found.Updated = found.Created.UTC(), found.Updated.UTC()
	return found, err
}

// GetTenant implements store.Tenants.
func (s *Store) GetTenant(ctx context.Context, name string) (store.Tenant, error) {
	if err := checkTenant(name); err != nil {
		return store.Tenant{}, err
	}
	return s.tenant(ctx, fmt.Sprintf("get tenant %q", name),
		`SELECT `+tenantColumns+` FROM bothost.get_tenant($1)`, name)
}

// SetTenantActive implements store.Tenants.
func (s *Store) SetTenantActive(ctx context.Context, name string, active bool) (store.Tenant, error) {
	if err := checkTenant(name); err != nil {
		return store.Tenant{}, err
	}
	return s.tenant(ctx, fmt.Sprintf("switch tenant %q", name),
		`SELECT `+tenantColumns+` FROM bothost.set_tenant_active($1, $2)`, name, active)
}

func (s *Store) tenant(ctx context.Context, doing, statement string, arguments ...any) (store.Tenant, error) {
	found, err := one(ctx, s, doing, harmless, readTenant, statement, arguments...)
	switch {
	case err != nil:
		return store.Tenant{}, err
	case found == nil:
		return store.Tenant{}, notFound(doing)
	}
	return *found, nil
}

// ListTenants implements store.Tenants.
func (s *Store) ListTenants(ctx context.Context, limit int, after string) (store.Page[store.Tenant], error) {
	var page store.Page[store.Tenant]
	if err := checkLimit(limit); err != nil {
		return page, err
	}
	last := ""
	if after != "" {
		fields, err := cursor.Decode(tenantList, after, 1)
		if err != nil {
			return page, err
		}
		last = fields[0]
	}
	found, err := many(ctx, s, "list tenants", harmless, readTenant,
		pageOf(tenantColumns, "config", `bothost.list_tenants($1, $2)`), last, limit+1)
	if err != nil {
		return page, err
	}
	return cutPage(found, limit,
		func(t store.Tenant) int { return len(t.Config) },
		func(last store.Tenant) string { return cursor.Encode(tenantList, last.Name) }), nil
}

// DeleteTenant implements store.Tenants.
func (s *Store) DeleteTenant(ctx context.Context, name string, purge bool) error {
	doing := fmt.Sprintf("delete tenant %q", name)
	if err := checkTenant(name); err != nil {
		return err
	}
	deleted, err := scalar[bool](ctx, s, doing, harmful, `SELECT bothost.delete_tenant($1, $2)`, name, purge)
	if err == nil && !deleted {
		return notFound(doing)
	}
	return err
}

// PutTenant implements store.Tenants.
func (s *Store) PutTenant(ctx context.Context, request store.PutTenant) (store.Tenant, bool, error) {
	doing := fmt.Sprintf("put tenant %q", request.Name)
	if err := checkTenant(request.Name); err != nil {
		return store.Tenant{}, false, err
	}
	if err := checkTexts(text{name: "the tenant's configuration", value: string(request.Config)}); err != nil {
		return store.Tenant{}, false, err
	}
	put, err := one(ctx, s, doing, harmful, pgx.RowToStructByPos[putRow],
		`SELECT outcome, (tenant).name, (tenant).uid, (tenant).revision, (tenant).config, (tenant).active,
		        (tenant).created_at, (tenant).updated_at
		 FROM bothost.put_tenant($1, $2, $3, $4)`,
		request.Name, string(request.Config), condition(request.IfRevision), request.Restore)
	if err != nil {
		return store.Tenant{}, false, err
	}
	if put == nil {
		return store.Tenant{}, false, unexpected(doing, "nothing")
	}
	return put.answer(doing)
}

// condition is a revision as the database counts: one beyond its numbers is as
// good as any that no tenant has.
func condition(revision *uint64) *int64 {
	if revision == nil {
		return nil
	}
	number := int64(min(*revision, math.MaxInt64))
	return &number
}
