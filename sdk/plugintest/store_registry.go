package plugintest

import (
	"context"
	"slices"
	"sync"
	"time"

	"github.com/bothost/bothost/sdk/fault"
	"github.com/bothost/bothost/sdk/store"
)

// registry is a case's own place in a registry: names and keys that nobody
// else uses. Its methods end the case where the store fails.
type registry struct {
	T
	store  store.Tenants
	prefix string

	mu    sync.Mutex
	names []string
}

// inRegistry makes a case's function of one that works in a registry, and
// purges what it registered.
func inRegistry(run func(r *registry)) func(T, store.Tenants) {
	return func(t T, s store.Tenants) {
		r := &registry{T: t, store: s, prefix: randomName("registry")}
		defer r.clear()
		run(r)
	}
}

// name gives a tenant's name of the case's own, to be purged in the end.
func (r *registry) name(suffix string) string {
	r.mu.Lock()
	defer r.mu.Unlock()
	name := r.prefix + suffix
	if !slices.Contains(r.names, name) {
		r.names = append(r.names, name)
	}
	return name
}

func (r *registry) clear() {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(r.Context()), 10*time.Second)
	defer cancel()
	for _, name := range r.names {
		if err := r.store.DeleteTenant(ctx, name, true); err != nil && !fault.Is(err, fault.NotFound) {
			r.Errorf("purge tenant %q: %v", name, err)
		}
	}
}

func (r *registry) must(err error, what string) {
	r.Helper()
	if err != nil {
		r.Fatalf("%s: %v", what, err)
	}
}

// put registers or changes a tenant, which must be done.
func (r *registry) put(name, config string) store.Tenant {
	r.Helper()
	tenant, _, err := r.store.PutTenant(r.Context(), store.PutTenant{Name: name, Config: []byte(config)})
	r.must(err, "put tenant")
	return tenant
}

func (r *registry) get(name string) store.Tenant {
	r.Helper()
	tenant, err := r.store.GetTenant(r.Context(), name)
	r.must(err, "get tenant")
	return tenant
}

func (r *registry) delete(name string, purge bool) {
	r.Helper()
	r.must(r.store.DeleteTenant(r.Context(), name, purge), "delete tenant")
}

func (r *registry) wantTenant(got store.Tenant, want store.Tenant) {
	r.Helper()
	if got.Name != want.Name || got.UID != want.UID || got.Revision != want.Revision || got.Active != want.Active ||
		!sameJSON(got.Config, want.Config) || !got.Created.Equal(want.Created) || !got.Updated.Equal(want.Updated) {
		r.Errorf("got tenant %+v with %s, want %+v with %s", got, got.Config, want, want.Config)
	}
}

// listNames reads the registry to the end, and gives the case's own names.
func (r *registry) listNames(limit int) []string {
	r.Helper()
	tenants := readChangingPages(r.T, func(after string) (store.Page[store.Tenant], error) {
		return r.store.ListTenants(r.Context(), limit, after)
	}, limit)
	var names []string
	for _, tenant := range tenants {
		if len(tenant.Name) >= len(r.prefix) && tenant.Name[:len(r.prefix)] == r.prefix {
			names = append(names, tenant.Name)
		}
	}
	return names
}
