package registry

import (
	"context"

	"github.com/bothost/bothost/sdk/fault"
	"github.com/bothost/bothost/sdk/store"
)

// A call whose answer was lost may have done its work, and is made once more.
// What follows lets the second answer tell what came of both.

// deleting makes a deletion one that may be repeated: what the second call does
// not find, the first has deleted.
func deleting[S any](remove func(context.Context, S) error) func(context.Context, S) error {
	repeated := false
	return func(ctx context.Context, from S) error {
		err := remove(ctx, from)
		if repeated && fault.Is(err, fault.NotFound) {
			return nil
		}
		repeated = true
		return err
	}
}

// putting makes a registration one that may be repeated. The first call moves the
// tenant on from the revision that both demand, or makes the one that must not be
// there: if the second finds what was to be registered, it is what the first has
// left.
func putting(request store.PutTenant) func(context.Context, store.Tenants) (store.Tenant, bool, error) {
	repeated := false
	return func(ctx context.Context, tenants store.Tenants) (store.Tenant, bool, error) {
		tenant, created, err := tenants.PutTenant(ctx, request)
		if repeated && fault.HasReason(err, fault.RevisionMismatch) {
			if found, getErr := tenants.GetTenant(ctx, request.Name); getErr == nil && string(found.Config) == string(request.Config) {
				return found, *request.IfRevision == 0, nil
			}
		}
		repeated = true
		return tenant, created, err
	}
}
