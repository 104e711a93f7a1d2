package wire

import (
	"fmt"

	pluginv1 "github.com/bothost/bothost/sdk/plugin/v1"
	"github.com/bothost/bothost/sdk/store"
)

// ToTenant translates a registration for the wire.
func ToTenant(t store.Tenant) *pluginv1.Tenant {
	return &pluginv1.Tenant{
		Name: t.Name, Uid: t.UID, Revision: t.Revision, Config: t.Config, Active: t.Active,
		CreatedAt: toTime(t.Created), UpdatedAt: toTime(t.Updated),
	}
}

// FromTenant translates a registration from the wire.
func FromTenant(t *pluginv1.Tenant) store.Tenant {
	return store.Tenant{
		Name: t.GetName(), UID: t.GetUid(), Revision: t.GetRevision(), Config: t.GetConfig(), Active: t.GetActive(),
		Created: fromTime(t.GetCreatedAt()), Updated: fromTime(t.GetUpdatedAt()),
	}
}

// ToPutTenant translates the request for the wire.
func ToPutTenant(instance string, r store.PutTenant) *pluginv1.PutTenantRequest {
	return &pluginv1.PutTenantRequest{
		Instance: instance, Name: r.Name, Config: r.Config, IfRevision: r.IfRevision, Restore: r.Restore,
	}
}

// FromPutTenant translates the request from the wire.
func FromPutTenant(r *pluginv1.PutTenantRequest) store.PutTenant {
	return store.PutTenant{Name: r.GetName(), Config: r.GetConfig(), IfRevision: r.IfRevision, Restore: r.GetRestore()}
}

// ToAPIKey translates a key's record for the wire.
func ToAPIKey(k store.APIKey) *pluginv1.APIKey {
	key := &pluginv1.APIKey{Id: k.ID, Tenant: k.Tenant, TenantUid: k.TenantUID, Hash: k.Hash}
	if !k.Created.IsZero() {
		key.CreatedAt = toTime(k.Created)
	}
	return key
}

// FromAPIKey translates a key's record from the wire.
func FromAPIKey(k *pluginv1.APIKey) store.APIKey {
	key := store.APIKey{ID: k.GetId(), Tenant: k.GetTenant(), TenantUID: k.GetTenantUid(), Hash: k.GetHash()}
	if k.GetCreatedAt() != nil {
		key.Created = fromTime(k.GetCreatedAt())
	}
	return key
}

var toChangeType = map[store.ChangeType]pluginv1.TenantChange_Type{
	store.TenantChanged: pluginv1.TenantChange_TYPE_TENANT,
	store.TenantGone:    pluginv1.TenantChange_TYPE_TENANT_DELETED,
	store.KeyRevoked:    pluginv1.TenantChange_TYPE_KEY_REVOKED,
}

var fromChangeType = inverse(toChangeType)

// ToWatchEvent translates an event of the stream of changes for the wire.
func ToWatchEvent(event store.WatchEvent) (*pluginv1.WatchTenantsResponse, error) {
	switch e := event.(type) {
	case store.Position:
		return &pluginv1.WatchTenantsResponse{Event: &pluginv1.WatchTenantsResponse_Position{Position: e.Revision}}, nil
	case store.Change:
		change := &pluginv1.TenantChange{Revision: e.Revision, Type: toChangeType[e.Type], Tenant: e.Tenant, KeyId: e.KeyID}
		return &pluginv1.WatchTenantsResponse{Event: &pluginv1.WatchTenantsResponse_Change{Change: change}}, nil
	}
	return nil, fmt.Errorf("unknown watch event %T", event)
}

// FromWatchEvent translates an event of the stream of changes from the wire.
func FromWatchEvent(r *pluginv1.WatchTenantsResponse) (store.WatchEvent, error) {
	switch e := r.GetEvent().(type) {
	case *pluginv1.WatchTenantsResponse_Position:
		return store.Position{Revision: e.Position}, nil
	case *pluginv1.WatchTenantsResponse_Change:
		kind, ok := fromChangeType[e.Change.GetType()]
		if !ok {
			return nil, fmt.Errorf("unknown type of change %s", e.Change.GetType())
		}
		return store.Change{
			Revision: e.Change.GetRevision(), Type: kind, Tenant: e.Change.GetTenant(), KeyID: e.Change.GetKeyId(),
		}, nil
	}
	return nil, fmt.Errorf("event of WatchTenants is not set, or of a newer contract")
}
