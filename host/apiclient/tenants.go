package apiclient

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"time"
)

// Tenant is one customer as the host knows it.
type Tenant struct {
	Name     string `json:"tenant"`
	Revision uint64 `json:"revision"`
	// Config is a JSON object: the overrides as they were given.
	Config json.RawMessage `json:"config"`
	// Effective is the merged configuration, secrets masked; only where it was
	// asked for.
	Effective map[string]any `json:"effective,omitempty"`
	Active    bool           `json:"active"`
	// File is where the tenant is kept if it is the operator's own. Such a
	// tenant has no revision and no times.
	File      string     `json:"file,omitempty"`
	CreatedAt *time.Time `json:"created_at"`
	UpdatedAt *time.Time `json:"updated_at"`
}

// PutOptions make a registration depend on what is there.
type PutOptions struct {
	// IfRevision: refuse unless the tenant is at this revision. 0 is any.
	IfRevision uint64
	// Restore lets a deleted name come back.
	Restore bool
}

func tenantPath(tenant string) string { return "/v1/tenants/" + segment(tenant) }

// ListTenants gives a page of all tenants in the order of their names.
func (c Client) ListTenants(ctx context.Context, page Page) (List[Tenant], error) {
	var found List[Tenant]
	err := c.call(ctx, request{method: http.MethodGet, path: "/v1/tenants", query: page.query()}, &found)
	return found, err
}

// GetTenant finds a tenant; with effective, its merged configuration too.
func (c Client) GetTenant(ctx context.Context, tenant string, effective bool) (Tenant, error) {
	r := request{method: http.MethodGet, path: tenantPath(tenant), query: url.Values{}}
	if effective {
		r.query.Set("effective", "true")
	}
	var found Tenant
	err := c.call(ctx, r, &found)
	return found, err
}

// PutTenant registers a tenant, or replaces its overrides, a JSON object. A name
// that was new has revision 1, or a later one if it was deleted before.
func (c Client) PutTenant(ctx context.Context, tenant string, overrides json.RawMessage, options PutOptions) (Tenant, error) {
	r := request{method: http.MethodPut, path: tenantPath(tenant), query: url.Values{}, header: http.Header{}, body: overrides}
	if options.IfRevision > 0 {
		r.header.Set("If-Match", fmt.Sprintf(`"%d"`, options.IfRevision))
	}
	if options.Restore {
		r.query.Set("restore", "true")
	}
	var stored Tenant
	err := c.call(ctx, r, &stored)
	return stored, err
}

// SetTenantActive switches a tenant on or off.
func (c Client) SetTenantActive(ctx context.Context, tenant string, active bool) (Tenant, error) {
	var changed Tenant
	err := c.call(ctx, request{
		method: http.MethodPatch, path: tenantPath(tenant), body: map[string]bool{"active": active},
	}, &changed)
	return changed, err
}

// DeleteTenant removes a tenant and revokes its keys; with purge its
// conversations are deleted too, and its name is free again.
func (c Client) DeleteTenant(ctx context.Context, tenant string, purge bool) error {
	r := request{method: http.MethodDelete, path: tenantPath(tenant), query: url.Values{}}
	if purge {
		r.query.Set("purge", "true")
	}
	return c.call(ctx, r, nil)
}
