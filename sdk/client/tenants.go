package client

import (
	"context"

	"github.com/bothost/bothost/sdk/internal/wire"
	pluginv1 "github.com/bothost/bothost/sdk/plugin/v1"
	"github.com/bothost/bothost/sdk/store"
)

// Tenants is an instance of a store plugin that serves the tenant store too.
type Tenants struct{ Instance }

var _ store.Tenants = Tenants{}

func (t Tenants) service() pluginv1.TenantStoreServiceClient {
	return pluginv1.NewTenantStoreServiceClient(t.Conn)
}

// PutTenant implements store.Tenants.
func (t Tenants) PutTenant(ctx context.Context, request store.PutTenant) (tenant store.Tenant, created bool, err error) {
	response, err := t.service().PutTenant(ctx, wire.ToPutTenant(t.ID, request))
	if err != nil {
		return store.Tenant{}, false, Error(err)
	}
	return wire.FromTenant(response.GetTenant()), response.GetCreated(), nil
}

// GetTenant implements store.Tenants.
func (t Tenants) GetTenant(ctx context.Context, name string) (store.Tenant, error) {
	response, err := t.service().GetTenant(ctx, &pluginv1.GetTenantRequest{Instance: t.ID, Name: name})
	if err != nil {
		return store.Tenant{}, Error(err)
	}
	return wire.FromTenant(response.GetTenant()), nil
}

// ListTenants implements store.Tenants.
func (t Tenants) ListTenants(ctx context.Context, limit int, after string) (store.Page[store.Tenant], error) {
	request := &pluginv1.ListTenantsRequest{Instance: t.ID, Limit: uint32(max(limit, 0)), After: after}
	response, err := t.service().ListTenants(ctx, request)
	if err != nil {
		return store.Page[store.Tenant]{}, Error(err)
	}
	page := store.Page[store.Tenant]{Next: response.GetNext()}
	for _, tenant := range response.GetTenants() {
		page.Items = append(page.Items, wire.FromTenant(tenant))
	}
	return page, nil
}

// SetTenantActive implements store.Tenants.
func (t Tenants) SetTenantActive(ctx context.Context, name string, active bool) (store.Tenant, error) {
	request := &pluginv1.SetTenantActiveRequest{Instance: t.ID, Name: name, Active: active}
	response, err := t.service().SetTenantActive(ctx, request)
	if err != nil {
		return store.Tenant{}, Error(err)
	}
	return wire.FromTenant(response.GetTenant()), nil
}

// DeleteTenant implements store.Tenants.
func (t Tenants) DeleteTenant(ctx context.Context, name string, purge bool) error {
	_, err := t.service().DeleteTenant(ctx, &pluginv1.DeleteTenantRequest{Instance: t.ID, Name: name, Purge: purge})
	return Error(err)
}

// CreateKey implements store.Tenants.
func (t Tenants) CreateKey(ctx context.Context, key store.APIKey) (store.APIKey, error) {
	response, err := t.service().CreateKey(ctx, &pluginv1.CreateKeyRequest{Instance: t.ID, Key: wire.ToAPIKey(key)})
	if err != nil {
		return store.APIKey{}, Error(err)
	}
	return wire.FromAPIKey(response.GetKey()), nil
}

// ListKeys implements store.Tenants.
func (t Tenants) ListKeys(ctx context.Context, tenant string) ([]store.APIKey, error) {
	response, err := t.service().ListKeys(ctx, &pluginv1.ListKeysRequest{Instance: t.ID, Tenant: tenant})
	if err != nil {
		return nil, Error(err)
	}
	keys := make([]store.APIKey, len(response.GetKeys()))
	for i, key := range response.GetKeys() {
		keys[i] = wire.FromAPIKey(key)
	}
	return keys, nil
}

// GetKey implements store.Tenants.
func (t Tenants) GetKey(ctx context.Context, id string) (store.APIKey, error) {
	response, err := t.service().GetKey(ctx, &pluginv1.GetKeyRequest{Instance: t.ID, Id: id})
	if err != nil {
		return store.APIKey{}, Error(err)
	}
	return wire.FromAPIKey(response.GetKey()), nil
}

// RevokeKey implements store.Tenants.
func (t Tenants) RevokeKey(ctx context.Context, tenant, id string) error {
	_, err := t.service().RevokeKey(ctx, &pluginv1.RevokeKeyRequest{Instance: t.ID, Tenant: tenant, Id: id})
	return Error(err)
}

// WatchTenants implements store.Tenants.
func (t Tenants) WatchTenants(ctx context.Context, after *uint64, emit func(store.WatchEvent) error) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	stream, err := t.service().WatchTenants(ctx, &pluginv1.WatchTenantsRequest{Instance: t.ID, AfterRevision: after})
	if err != nil {
		return Error(err)
	}
	for {
		response, err := stream.Recv()
		if err != nil {
			return Error(err)
		}
		event, err := wire.FromWatchEvent(response)
		if err != nil {
			return broken("watch tenants", err)
		}
		if err := emit(event); err != nil {
			return err
		}
	}
}
