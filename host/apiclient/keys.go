package apiclient

import (
	"context"
	"net/http"
	"time"
)

// Key is a tenant's API key.
type Key struct {
	ID string `json:"id"`
	// Secret is the key itself; only CreateKey ever gives it.
	Secret    string     `json:"key,omitempty"`
	CreatedAt *time.Time `json:"created_at"`
}

// CreateKey makes a new key for a tenant.
func (c Client) CreateKey(ctx context.Context, tenant string) (Key, error) {
	var made Key
	err := c.call(ctx, request{method: http.MethodPost, path: tenantPath(tenant) + "/keys"}, &made)
	return made, err
}

// ListKeys gives all keys of a tenant, without their secrets.
func (c Client) ListKeys(ctx context.Context, tenant string) ([]Key, error) {
	var found List[Key]
	err := c.call(ctx, request{method: http.MethodGet, path: tenantPath(tenant) + "/keys"}, &found)
	return found.Items, err
}

// RevokeKey makes a key worthless.
func (c Client) RevokeKey(ctx context.Context, tenant, id string) error {
	return c.call(ctx, request{
		method: http.MethodDelete, path: tenantPath(tenant) + "/keys/" + segment(id),
	}, nil)
}
