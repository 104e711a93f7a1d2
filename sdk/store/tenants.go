package store

import (
	"context"
	"time"
)

// Tenants keeps the registry: the tenants' overrides and their API keys. Every
// change takes the next revision of one counter, so that the stream of changes
// skips nothing.
type Tenants interface {
	// PutTenant registers a tenant or changes its configuration, and leaves it
	// as active as it was; a new or restored one is active. Conflicts:
	// revision_mismatch, tenant_deleted.
	PutTenant(ctx context.Context, request PutTenant) (tenant Tenant, created bool, err error)
	// GetTenant: NotFound if there is none, or only a tombstone.
	GetTenant(ctx context.Context, name string) (Tenant, error)
	// ListTenants gives tenants in the order of their names' bytes.
	ListTenants(ctx context.Context, limit int, after string) (Page[Tenant], error)
	// SetTenantActive: NotFound as above. Setting what is set changes nothing.
	SetTenantActive(ctx context.Context, name string, active bool) (Tenant, error)
	// DeleteTenant revokes the tenant's keys and leaves a tombstone; with
	// purge it removes the tombstone too, and the name is free. NotFound if
	// there is nothing to delete; purge may follow a deletion.
	DeleteTenant(ctx context.Context, name string, purge bool) error

	// CreateKey adds a key. An empty TenantUID is filled in for a registered
	// tenant; a name that is not registered keeps it empty. Repeating it with
	// the same id and hash is harmless. The id of a key that was revoked is a
	// Conflict: a call that comes late must not bring it back.
	CreateKey(ctx context.Context, key APIKey) (APIKey, error)
	// ListKeys gives a tenant's keys that are not revoked, oldest first.
	ListKeys(ctx context.Context, tenant string) ([]APIKey, error)
	// GetKey finds a key by its id: NotFound if it is revoked or was made for
	// a tenant that is gone.
	GetKey(ctx context.Context, id string) (APIKey, error)
	// RevokeKey: NotFound if the tenant has no such key.
	RevokeKey(ctx context.Context, tenant, id string) error

	// WatchTenants calls emit with each change after a revision, in order, and
	// goes on with new ones as they happen, within a second, until ctx is
	// done or emit returns an error; it returns that error. First of all it
	// calls emit with Position. A nil after stands for now. While nothing
	// changes it looks every half second, and calls emit with the Position that
	// it has come to: who hears nothing for a second takes it that changes are not
	// told.
	WatchTenants(ctx context.Context, after *uint64, emit func(WatchEvent) error) error
}

// Tenant is a registration.
type Tenant struct {
	Name string
	// UID is minted by the store when the name is first registered.
	UID      string
	Revision uint64
	// Config is a JSON object: the overrides as registered.
	Config  []byte
	Active  bool
	Created time.Time
	Updated time.Time
}

// PutTenant is the request to register or change a tenant.
type PutTenant struct {
	Name   string
	Config []byte
	// IfRevision makes the change conditional; 0: the tenant must not exist.
	IfRevision *uint64
	// Restore allows a deleted name to come back.
	Restore bool
}

// APIKey is a key's record; the key itself is not in it.
type APIKey struct {
	ID        string
	Tenant    string
	TenantUID string
	// Hash is the SHA-256 of the key's secret part.
	Hash    []byte
	Created time.Time
}

// WatchEvent is Position or Change.
type WatchEvent interface{ isWatchEvent() }

// Position is the revision after which a stream of changes starts, and later
// the one up to which it has told everything.
type Position struct{ Revision uint64 }

// Change is one change of the registry.
type Change struct {
	Revision uint64
	Type     ChangeType
	Tenant   string
	// KeyID is set for KeyRevoked.
	KeyID string
}

func (Position) isWatchEvent() {}
func (Change) isWatchEvent()   {}

// ChangeType says what a change was.
type ChangeType string

// The types of changes.
const (
	TenantChanged ChangeType = "tenant"
	TenantGone    ChangeType = "tenant_deleted"
	KeyRevoked    ChangeType = "key_revoked"
)
