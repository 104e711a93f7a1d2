package sdk

import (
	"context"

	"google.golang.org/grpc"

	"github.com/bothost/bothost/sdk/internal/wire"
	pluginv1 "github.com/bothost/bothost/sdk/plugin/v1"
	"github.com/bothost/bothost/sdk/store"
)

// tenantServer translates the calls of the tenant store.
type tenantServer struct {
	pluginv1.UnimplementedTenantStoreServiceServer
	use func(instance string) (store.Tenants, func(), error)
}

func (s *tenantServer) PutTenant(ctx context.Context, r *pluginv1.PutTenantRequest) (*pluginv1.PutTenantResponse, error) {
	tenants, done, err := s.use(r.GetInstance())
	if err != nil {
		return nil, err
	}
	defer done()
	tenant, created, err := tenants.PutTenant(ctx, wire.FromPutTenant(r))
	if err != nil {
		return nil, err
	}
	return &pluginv1.PutTenantResponse{Tenant: wire.ToTenant(tenant), Created: created}, nil
}

func (s *tenantServer) GetTenant(ctx context.Context, r *pluginv1.GetTenantRequest) (*pluginv1.GetTenantResponse, error) {
	tenants, done, err := s.use(r.GetInstance())
	if err != nil {
		return nil, err
	}
	defer done()
	tenant, err := tenants.GetTenant(ctx, r.GetName())
	if err != nil {
		return nil, err
	}
	return &pluginv1.GetTenantResponse{Tenant: wire.ToTenant(tenant)}, nil
}

func (s *tenantServer) ListTenants(ctx context.Context, r *pluginv1.ListTenantsRequest) (*pluginv1.ListTenantsResponse, error) {
	tenants, done, err := s.use(r.GetInstance())
	if err != nil {
		return nil, err
	}
	defer done()
	page, err := tenants.ListTenants(ctx, int(r.GetLimit()), r.GetAfter())
	if err != nil {
		return nil, err
	}
	response := &pluginv1.ListTenantsResponse{Next: page.Next}
	for _, tenant := range page.Items {
		response.Tenants = append(response.Tenants, wire.ToTenant(tenant))
	}
	return response, nil
}

func (s *tenantServer) SetTenantActive(ctx context.Context, r *pluginv1.SetTenantActiveRequest) (*pluginv1.SetTenantActiveResponse, error) {
	tenants, done, err := s.use(r.GetInstance())
	if err != nil {
		return nil, err
	}
	defer done()
	tenant, err := tenants.SetTenantActive(ctx, r.GetName(), r.GetActive())
	if err != nil {
		return nil, err
	}
	return &pluginv1.SetTenantActiveResponse{Tenant: wire.ToTenant(tenant)}, nil
}

func (s *tenantServer) DeleteTenant(ctx context.Context, r *pluginv1.DeleteTenantRequest) (*pluginv1.DeleteTenantResponse, error) {
	tenants, done, err := s.use(r.GetInstance())
	if err != nil {
		return nil, err
	}
	defer done()
	return &pluginv1.DeleteTenantResponse{}, tenants.DeleteTenant(ctx, r.GetName(), r.GetPurge())
}

func (s *tenantServer) CreateKey(ctx context.Context, r *pluginv1.CreateKeyRequest) (*pluginv1.CreateKeyResponse, error) {
	tenants, done, err := s.use(r.GetInstance())
	if err != nil {
		return nil, err
	}
	defer done()
	key, err := tenants.CreateKey(ctx, wire.FromAPIKey(r.GetKey()))
	if err != nil {
		return nil, err
	}
	return &pluginv1.CreateKeyResponse{Key: wire.ToAPIKey(key)}, nil
}

func (s *tenantServer) ListKeys(ctx context.Context, r *pluginv1.ListKeysRequest) (*pluginv1.ListKeysResponse, error) {
	tenants, done, err := s.use(r.GetInstance())
	if err != nil {
		return nil, err
	}
	defer done()
	keys, err := tenants.ListKeys(ctx, r.GetTenant())
	if err != nil {
		return nil, err
	}
	response := &pluginv1.ListKeysResponse{}
	for _, key := range keys {
		response.Keys = append(response.Keys, wire.ToAPIKey(key))
	}
	return response, nil
}

func (s *tenantServer) GetKey(ctx context.Context, r *pluginv1.GetKeyRequest) (*pluginv1.GetKeyResponse, error) {
	tenants, done, err := s.use(r.GetInstance())
	if err != nil {
		return nil, err
	}
	defer done()
	key, err := tenants.GetKey(ctx, r.GetId())
	if err != nil {
		return nil, err
	}
	return &pluginv1.GetKeyResponse{Key: wire.ToAPIKey(key)}, nil
}

func (s *tenantServer) RevokeKey(ctx context.Context, r *pluginv1.RevokeKeyRequest) (*pluginv1.RevokeKeyResponse, error) {
	tenants, done, err := s.use(r.GetInstance())
	if err != nil {
		return nil, err
	}
	defer done()
	return &pluginv1.RevokeKeyResponse{}, tenants.RevokeKey(ctx, r.GetTenant(), r.GetId())
}

func (s *tenantServer) WatchTenants(r *pluginv1.WatchTenantsRequest, stream grpc.ServerStreamingServer[pluginv1.WatchTenantsResponse]) error {
	tenants, done, err := s.use(r.GetInstance())
	if err != nil {
		return err
	}
	defer done()
	return tenants.WatchTenants(stream.Context(), r.AfterRevision, func(event store.WatchEvent) error {
		response, err := wire.ToWatchEvent(event)
		if err != nil {
			return err
		}
		return stream.Send(response)
	})
}
