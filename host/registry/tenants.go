package registry

import (
	"context"
	"encoding/json"
	"time"

	"github.com/bothost/bothost/sdk/fault"
	"github.com/bothost/bothost/sdk/store"
)

// Condition makes a registration depend on what is there.
type Condition struct {
	// IfRevision: refuse unless the tenant is at this revision; 0: unless it is
	// not there.
	IfRevision *uint64
	// Restore lets a deleted name come back.
	Restore bool
}

// Register registers a tenant or changes its overrides, a JSON object or any
// value that marshals to one. created tells which. What is wrong with them is
// all reported, and then nothing is changed.
func (r *Registry) Register(ctx context.Context, name string, overrides any, conditions ...Condition) (tenant Tenant, created bool, err error) {
	if err := CheckName("tenant", name); err != nil {
		return Tenant{}, false, err
	}
	config, err := toJSON(overrides)
	if err != nil {
		return Tenant{}, false, err
	}
	if err := r.changeable(name); err != nil {
		return Tenant{}, false, err
	}
	if err := r.settings.Check(name, config); err != nil {
		return Tenant{}, false, err
	}
	request := store.PutTenant{Name: name, Config: config}
	for _, condition := range conditions {
		request.IfRevision, request.Restore = condition.IfRevision, condition.Restore
	}
	var stored store.Tenant
	put := putting(request)
	err = r.settings.UseStore(ctx, func(ctx context.Context, tenants store.Tenants) (err error) {
		stored, created, err = put(ctx, tenants)
		return err
	})
	if err != nil {
		return Tenant{}, false, err
	}
	r.cache.dropOlder(name, stored.Revision)
	r.settings.Logger.Info("tenant registered", "tenant", name, "revision", stored.Revision, "created", created)
	return fromStore(stored), created, nil
}

func toJSON(overrides any) (json.RawMessage, error) {
	switch o := overrides.(type) {
	case json.RawMessage:
		return o, nil
	case []byte:
		return o, nil
	}
	config, err := json.Marshal(overrides)
	if err != nil {
		return nil, fault.New(fault.Invalid, "the overrides cannot be written as JSON: %w", err)
	}
	return config, nil
}

// Get finds a tenant: the operator's files come first.
func (r *Registry) Get(ctx context.Context, name string) (Tenant, error) {
	if tenant, ok := r.settings.Files()[name]; ok {
		return tenant, nil
	}
	var found store.Tenant
	err := r.settings.UseStore(ctx, func(ctx context.Context, tenants store.Tenants) (err error) {
		found, err = tenants.GetTenant(ctx, name)
		return err
	})
	switch {
	case fault.Is(err, fault.NotFound), fault.Is(err, fault.Unsupported):
		return Tenant{}, errUnknown(name)
	case err != nil:
		return Tenant{}, err
	}
	return fromStore(found), nil
}

// SetActive switches a tenant on or off. Off, its turns are refused from now on;
// those that run go on to their end.
func (r *Registry) SetActive(ctx context.Context, name string, active bool) (Tenant, error) {
	if err := r.changeable(name); err != nil {
		return Tenant{}, err
	}
	var changed store.Tenant
	err := r.settings.UseStore(ctx, func(ctx context.Context, tenants store.Tenants) (err error) {
		changed, err = tenants.SetTenantActive(ctx, name, active)
		return err
	})
	if err != nil {
		return Tenant{}, unknownIfMissing(name, err)
	}
	r.cache.dropOlder(name, changed.Revision)
	r.settings.Logger.Info("tenant switched", "tenant", name, "active", active, "revision", changed.Revision)
	return fromStore(changed), nil
}

// Deactivate is SetActive(false).
func (r *Registry) Deactivate(ctx context.Context, name string) error {
	_, err := r.SetActive(ctx, name, false)
	return err
}

// Remove deletes a tenant and revokes its keys. Its conversations stay in their
// store, and its name is kept from others, unless purge is set: then both are
// gone. A purge that failed half-way leaves the tenant deactivated, and can be
// repeated.
func (r *Registry) Remove(ctx context.Context, name string, purge bool) error {
	if err := r.changeable(name); err != nil {
		return err
	}
	if purge {
		if err := r.purgeConversations(ctx, name); err != nil {
			return err
		}
	}
	err := r.settings.UseStore(ctx, deleting(func(ctx context.Context, tenants store.Tenants) error {
		return tenants.DeleteTenant(ctx, name, purge)
	}))
	if err != nil {
		return unknownIfMissing(name, err)
	}
	r.cache.drop(name)
	r.keys.dropTenant(name)
	r.settings.Logger.Info("tenant removed", "tenant", name, "purged", purge)
	return nil
}

// settling is how long other instances may begin turns of a tenant that was
// switched off: changes are heard of within a second. An instance that stands
// still for longer, after it has looked for the bot and before the store has begun
// the turn, is not waited for: it would leave a conversation under a name that is
// free. A store could only refuse that if a turn said which registration it is of.
const settling = 2 * time.Second

// purgeConversations switches the tenant off and deletes its conversations; and
// once more when everybody has heard of it, since a turn that began meanwhile
// would leave a conversation to whoever gets the name next. A name that only a
// tombstone holds is looked for in the store of the base configuration.
func (r *Registry) purgeConversations(ctx context.Context, name string) error {
	tenant, err := r.SetActive(ctx, name, false)
	if fault.Is(err, fault.NotFound) {
		tenant, err = Tenant{Name: name, Config: json.RawMessage("{}")}, nil
	}
	if err != nil {
		return err
	}
	b, release, err := r.settings.Build(ctx, tenant)
	if err != nil {
		return err
	}
	defer release()
	purge := func(ctx context.Context, conversations store.Conversations) error {
		return conversations.PurgeTenant(ctx, name)
	}
	if err := b.UseStore(ctx, purge); err != nil {
		return err
	}
	select {
	case <-time.After(settling):
	case <-ctx.Done():
		return ctx.Err()
	}
	return b.UseStore(ctx, purge)
}

// changeable refuses what is the operator's.
func (r *Registry) changeable(name string) error {
	if tenant, ok := r.settings.Files()[name]; ok {
		return fault.New(fault.Conflict, "tenant %q is kept in %s", name, tenant.File).
			WithReason(TenantInFile).WithRemedy("change it there")
	}
	return nil
}

func unknownIfMissing(name string, err error) error {
	if fault.Is(err, fault.NotFound) {
		return errUnknown(name)
	}
	return err
}

func fromStore(t store.Tenant) Tenant {
	return Tenant{
		Name: t.Name, Revision: t.Revision, Config: t.Config, Active: t.Active,
		Created: t.Created, Updated: t.Updated,
	}
}
