package plugintest

import (
	"github.com/bothost/bothost/sdk/fault"
	"github.com/bothost/bothost/sdk/store"
)

func deletedTenantCases() []TenantCase {
	return []TenantCase{
		{"a deleted tenant is not found, and its name is held", inRegistry(nameIsHeld)},
		{"a deleted tenant can be restored", inRegistry(tenantIsRestored)},
		{"a purged tenant's name is free, under a new uid", inRegistry(nameIsFree)},
		{"a deleted tenant can be purged", inRegistry(purgeAfterDelete)},
	}
}

func nameIsHeld(r *registry) {
	tenant := r.put(r.name(""), `{}`)
	r.delete(r.name(""), false)
	_, err := r.store.GetTenant(r.Context(), r.name(""))
	wantCode(r.T, err, fault.NotFound, "get a deleted tenant")
	_, err = r.store.SetTenantActive(r.Context(), r.name(""), true)
	wantCode(r.T, err, fault.NotFound, "switch a deleted tenant")
	err = r.store.DeleteTenant(r.Context(), r.name(""), false)
	wantCode(r.T, err, fault.NotFound, "delete a deleted tenant")
	for _, condition := range []*uint64{nil, new(uint64), &tenant.Revision} {
		_, _, err = r.store.PutTenant(r.Context(), store.PutTenant{
			Name: r.name(""), Config: []byte(`{}`), IfRevision: condition,
		})
		wantReason(r.T, err, fault.TenantDeleted, "register a deleted tenant's name")
	}
}

func tenantIsRestored(r *registry) {
	first := r.put(r.name(""), `{"v":1}`)
	_, err := r.store.SetTenantActive(r.Context(), r.name(""), false)
	r.must(err, "switch off")
	r.delete(r.name(""), false)
	restored, _, err := r.store.PutTenant(r.Context(), store.PutTenant{
		Name: r.name(""), Config: []byte(`{"v":2}`), Restore: true,
	})
	r.must(err, "restore")
	if restored.UID != first.UID || !restored.Active || restored.Revision <= first.Revision+2 ||
		!sameJSON(restored.Config, []byte(`{"v":2}`)) {
		r.Errorf("restored: %+v, was %+v", restored, first)
	}
	r.wantTenant(r.get(r.name("")), restored)
	if _, created, err := r.store.PutTenant(r.Context(), store.PutTenant{
		Name: r.name("new"), Config: []byte(`{}`), Restore: true,
	}); err != nil || !created {
		r.Errorf("restore of a name never registered: created %t, %v; want a new tenant", created, err)
	}
}

func nameIsFree(r *registry) {
	first := r.put(r.name(""), `{}`)
	r.delete(r.name(""), true)
	_, err := r.store.GetTenant(r.Context(), r.name(""))
	wantCode(r.T, err, fault.NotFound, "get a purged tenant")
	second, created, err := r.store.PutTenant(r.Context(), store.PutTenant{
		Name: r.name(""), Config: []byte(`{}`), IfRevision: new(uint64),
	})
	r.must(err, "register a purged name")
	if !created || second.UID == first.UID || !second.Active || second.Revision <= first.Revision+1 {
		r.Errorf("registered again: created %t, %+v, was %+v", created, second, first)
	}
}

func purgeAfterDelete(r *registry) {
	first := r.put(r.name(""), `{}`)
	r.delete(r.name(""), false)
	r.delete(r.name(""), true)
	err := r.store.DeleteTenant(r.Context(), r.name(""), true)
	wantCode(r.T, err, fault.NotFound, "purge a purged tenant")
	if second := r.put(r.name(""), `{}`); second.UID == first.UID {
		r.Errorf("a purged tenant's uid is used again")
	}
}
