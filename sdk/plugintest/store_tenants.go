package plugintest

import (
	"bytes"
	"fmt"
	"slices"
	"strings"

	"github.com/bothost/bothost/sdk/fault"
	"github.com/bothost/bothost/sdk/store"
)

func tenantCases() []TenantCase {
	return []TenantCase{
		{"a tenant is registered, changed and found", inRegistry(tenantIsFound)},
		{"a change on condition needs the tenant's revision", inRegistry(conditionalPut)},
		{"a tenant is switched off and on, and stays so when it is changed", inRegistry(tenantIsSwitched)},
		{"tenants are listed in the order of their names' bytes", inRegistry(tenantsInOrder)},
		{"a page of several tenants holds at most 8 MiB", inRegistry(longTenants)},
		{"a cursor of tenants that the store did not make is refused", inRegistry(foreignTenantCursors)},
		{"a page of tenants that is too short or too long is refused", inRegistry(tenantLimits)},
		{"a tenant that is not there is not found", inRegistry(noSuchTenant)},
		{"a configuration comes back as it was", inRegistry(configIsKept)},
		{"of many that register a new name at once one has created it", inRegistry(oneCreates)},
	}
}

func tenantIsFound(r *registry) {
	first, created, err := r.store.PutTenant(r.Context(), store.PutTenant{Name: r.name(""), Config: []byte(`{"a":1}`)})
	r.must(err, "put tenant")
	if !created || first.UID == "" || first.Revision == 0 || !first.Active || first.Created.IsZero() {
		r.Errorf("a new tenant: created %t, %+v", created, first)
	}
	r.wantTenant(r.get(r.name("")), first)
	second, created, err := r.store.PutTenant(r.Context(), store.PutTenant{Name: r.name(""), Config: []byte(`{"b":2}`)})
	r.must(err, "put tenant again")
	if created || second.UID != first.UID || second.Revision <= first.Revision || !second.Created.Equal(first.Created) {
		r.Errorf("a changed tenant: created %t, %+v, was %+v", created, second, first)
	}
	if !sameJSON(second.Config, []byte(`{"b":2}`)) {
		r.Errorf("the configuration is %s, want the second", second.Config)
	}
	r.wantTenant(r.get(r.name("")), second)
	if other := r.put(r.name("other"), `{}`); other.UID == first.UID || other.Revision <= second.Revision {
		r.Errorf("another tenant is %+v, after %+v", other, second)
	}
}

func conditionalPut(r *registry) {
	put := func(revision uint64, config string) (store.Tenant, error) {
		tenant, _, err := r.store.PutTenant(r.Context(), store.PutTenant{
			Name: r.name(""), Config: []byte(config), IfRevision: &revision,
		})
		return tenant, err
	}
	_, err := put(1, `{"wrong":1}`)
	wantReason(r.T, err, fault.RevisionMismatch, "change a tenant that is not there")
	first, err := put(0, `{"v":1}`)
	r.must(err, "register a tenant that must not exist")
	_, err = put(0, `{"wrong":2}`)
	wantReason(r.T, err, fault.RevisionMismatch, "register a tenant that exists, and must not")
	second, err := put(first.Revision, `{"v":2}`)
	r.must(err, "change a tenant at its revision")
	_, err = put(first.Revision, `{"wrong":3}`)
	wantReason(r.T, err, fault.RevisionMismatch, "change a tenant at an older revision")
	r.wantTenant(r.get(r.name("")), second)
}

func tenantIsSwitched(r *registry) {
	first := r.put(r.name(""), `{}`)
	off, err := r.store.SetTenantActive(r.Context(), r.name(""), false)
	r.must(err, "switch off")
	if off.Active || off.Revision <= first.Revision {
		r.Errorf("switched off: %+v, was %+v", off, first)
	}
	same, err := r.store.SetTenantActive(r.Context(), r.name(""), false)
	r.must(err, "switch off again")
	r.wantTenant(same, off)
	changed := r.put(r.name(""), `{"k":1}`)
	if changed.Active {
		r.Errorf("a change has switched the tenant on")
	}
	on, err := r.store.SetTenantActive(r.Context(), r.name(""), true)
	r.must(err, "switch on")
	if !on.Active || on.Revision <= changed.Revision || !sameJSON(on.Config, []byte(`{"k":1}`)) {
		r.Errorf("switched on: %+v, was %+v", on, changed)
	}
	r.wantTenant(r.get(r.name("")), on)
}

func tenantsInOrder(r *registry) {
	var want []string
	for _, suffix := range []string{"b", "é", "a", "Z", "a/b", "日本", "a b", "10", "9", "'", "%"} {
		want = append(want, r.put(r.name(suffix), `{}`).Name)
	}
	r.put(r.name("gone"), `{}`)
	r.delete(r.name("gone"), false)
	slices.Sort(want)
	for _, limit := range []int{2, 200} {
		if got := r.listNames(limit); !slices.Equal(got, want) {
			r.Errorf("in pages of %d: got %q, want %q", limit, got, want)
		}
	}
}

func longTenants(r *registry) {
	const count, size = 3, 3 << 20
	for i := range count {
		r.put(r.name(fmt.Sprint(i)), fmt.Sprintf(`{"long":%q}`, strings.Repeat("c", size)))
	}
	tenants := readChangingPages(r.T, func(after string) (store.Page[store.Tenant], error) {
		page, err := r.store.ListTenants(r.Context(), 200, after)
		bytes := 0
		for _, tenant := range page.Items {
			bytes += len(tenant.Config)
		}
		if bytes > maxPageBytes && len(page.Items) > 1 {
			r.Errorf("a page of %d tenants has %d bytes, want at most %d", len(page.Items), bytes, maxPageBytes)
		}
		return page, err
	}, 200)
	if len(tenants) < count {
		r.Errorf("got %d tenants, want at least %d", len(tenants), count)
	}
}

func foreignTenantCursors(r *registry) {
	for _, cursor := range []string{"x", "not a cursor", "0", "AAAA", "😀", r.put(r.name(""), `{}`).Name} {
		_, err := r.store.ListTenants(r.Context(), 10, cursor)
		wantCode(r.T, err, fault.Invalid, fmt.Sprintf("list tenants after %q", cursor))
	}
}

func tenantLimits(r *registry) {
	r.put(r.name(""), `{}`)
	for _, limit := range []int{0, 201} {
		_, err := r.store.ListTenants(r.Context(), limit, "")
		wantCode(r.T, err, fault.Invalid, fmt.Sprintf("list tenants, at most %d", limit))
	}
}

func noSuchTenant(r *registry) {
	_, err := r.store.GetTenant(r.Context(), r.name(""))
	wantCode(r.T, err, fault.NotFound, "get a tenant that is not there")
	_, err = r.store.SetTenantActive(r.Context(), r.name(""), true)
	wantCode(r.T, err, fault.NotFound, "switch a tenant that is not there")
	for _, purge := range []bool{false, true} {
		err = r.store.DeleteTenant(r.Context(), r.name(""), purge)
		wantCode(r.T, err, fault.NotFound, fmt.Sprintf("delete a tenant that is not there, purge %t", purge))
	}
}

func configIsKept(r *registry) {
	config := []byte(`{"prompts": {"system": "{{7*7}} 😀 \"quotes\" \\ \u2028"}, "memory": {"max_messages": 0},` +
		`"llm": {"temperature": 0.10, "model": "a:b", "stop": ["\n", ""]}, "secret": "${env:NAME}"}`)
	r.put(r.name(""), string(config))
	if got := r.get(r.name("")).Config; !sameJSON(bytes.ReplaceAll(got, []byte("0.10"), []byte("0.1")),
		bytes.ReplaceAll(config, []byte("0.10"), []byte("0.1"))) {
		r.Errorf("the configuration is\n%s, want\n%s", got, config)
	}
}

func oneCreates(r *registry) {
	const rivals = 8
	created := make([]bool, rivals)
	revisions := make([]uint64, rivals)
	name := r.name("")
	atOnce(rivals, func(i int) {
		tenant, isNew, err := r.store.PutTenant(r.Context(), store.PutTenant{Name: name, Config: []byte(`{}`)})
		if err != nil {
			r.Errorf("put tenant: %v", err)
		}
		created[i], revisions[i] = isNew, tenant.Revision
	})
	count := 0
	for _, isNew := range created {
		if isNew {
			count++
		}
	}
	slices.Sort(revisions)
	if count != 1 || len(slices.Compact(revisions)) != rivals {
		r.Errorf("%d have created the tenant, want 1; the revisions are %d", count, revisions)
	}
}
