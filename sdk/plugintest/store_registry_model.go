package plugintest

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"

	"github.com/bothost/bothost/sdk/fault"
	"github.com/bothost/bothost/sdk/store"
)

func registryModelCases() []TenantCase {
	return []TenantCase{{"random changes of the registry agree with a model of the contract", randomRegistries}}
}

func randomRegistries(t T, s store.Tenants) {
	const registries, steps = 5, 50
	for range registries {
		seed := rand.Uint64()
		t.Logf("registry of seed %d", seed)
		TenantModel(t, s, steps, rand.New(rand.NewPCG(seed, 0)).IntN)
	}
}

// TenantModel is StoreModel for the registry.
func TenantModel(t T, s store.Tenants, steps int, choose func(n int) int) {
	r := &registry{T: t, store: s, prefix: randomName("registry")}
	defer r.clear()
	h := &registryHistory{registry: r, choose: choose, model: newRegistryModel()}
	start := r.put(r.name("start"), `{}`)
	h.model.revision = start.Revision
	for range steps {
		registryOperations[choose(len(registryOperations))](h)
		if choose(4) == 0 {
			h.compare()
		}
	}
	h.compare()
	h.watched(start.Revision)
}

// registryHistory is one sequence of changes.
type registryHistory struct {
	*registry
	choose func(n int) int
	model  *registryModel
	// keys holds all keys so far, as they were asked for.
	keys  []store.APIKey
	steps []string
}

var registryOperations = []func(*registryHistory){
	(*registryHistory).change, (*registryHistory).change, (*registryHistory).change,
	(*registryHistory).activate, (*registryHistory).activate, (*registryHistory).remove,
	(*registryHistory).create, (*registryHistory).create, (*registryHistory).revoke,
}

func (h *registryHistory) someName() string { return h.name(fmt.Sprint("tenant", h.choose(3))) }

func (h *registryHistory) change() {
	put := store.PutTenant{
		Name: h.someName(), Config: fmt.Appendf(nil, `{"n":%d}`, h.choose(100)), Restore: h.choose(3) == 0,
	}
	known := h.model.tenants[put.Name]
	switch h.choose(6) {
	case 0:
		put.IfRevision = new(uint64)
	case 1:
		put.IfRevision = &h.model.revision
	case 2:
		if known != nil {
			put.IfRevision = &known.Revision
		}
	}
	condition := "any revision"
	if put.IfRevision != nil {
		condition = fmt.Sprint("revision ", *put.IfRevision)
	}
	got, _, err := h.store.PutTenant(h.Context(), put)
	want, wantErr := h.model.put(put, got)
	h.agree(fmt.Sprintf("put %s at %s, restore %t", put.Name, condition, put.Restore), tenantAnswer(got, err), tenantAnswer(want, wantErr))
}

func (h *registryHistory) activate() {
	name, active := h.someName(), h.choose(2) == 0
	got, err := h.store.SetTenantActive(h.Context(), name, active)
	want, wantErr := h.model.activate(name, active, got)
	h.agree(fmt.Sprintf("switch %s to %t", name, active), tenantAnswer(got, err), tenantAnswer(want, wantErr))
}

func (h *registryHistory) remove() {
	name, purge := h.someName(), h.choose(2) == 0
	err := h.store.DeleteTenant(h.Context(), name, purge)
	h.agree(fmt.Sprintf("delete %s, purge %t", name, purge), answer("done", err), answer("done", h.model.remove(name, purge)))
}

func (h *registryHistory) create() {
	name := h.someName()
	if t := h.model.tenants[name]; t != nil && t.deleted {
		return // who would make a key of a tenant that is gone?
	}
	key := h.key(name, fmt.Sprint("key", len(h.keys)))
	h.keys = append(h.keys, key)
	for range 2 {
		got, err := h.store.CreateKey(h.Context(), key)
		want := h.model.create(key, got.Created)
		h.agree(fmt.Sprintf("create key %s of %s", key.ID, name), keyAnswer(got, err), keyAnswer(want, nil))
	}
}

func (h *registryHistory) revoke() {
	if len(h.keys) == 0 {
		return
	}
	key, name := h.keys[h.choose(len(h.keys))], h.someName()
	if h.choose(4) > 0 {
		name = key.Tenant
	}
	err := h.store.RevokeKey(h.Context(), name, key.ID)
	h.agree(fmt.Sprintf("revoke key %s of %s", key.ID, name), answer("done", err), answer("done", h.model.revoke(name, key.ID)))
}

// agree compares what the store and the model answered to an operation.
func (h *registryHistory) agree(operation, got, want string) {
	h.Helper()
	h.steps = append(h.steps, h.short(operation+": "+want))
	h.same(operation, got, want)
}

// same compares what is read.
func (h *registryHistory) same(operation, got, want string) {
	h.Helper()
	if got != want {
		h.Fatalf("after\n  %s\nthe store answers to %s\n  %s\nbut the contract is\n  %s",
			strings.Join(h.steps, "\n  "), h.short(operation), h.short(got), h.short(want))
	}
}

// short leaves out what all names begin with.
func (h *registryHistory) short(text string) string { return strings.ReplaceAll(text, h.prefix, "") }

// compare reads all that can be read.
func (h *registryHistory) compare() {
	h.Helper()
	for i := range 3 {
		name := h.name(fmt.Sprint("tenant", i))
		got, err := h.store.GetTenant(h.Context(), name)
		want, wantErr := h.model.get(name)
		h.same("get "+name, tenantAnswer(got, err), tenantAnswer(want, wantErr))
		h.same("list the keys of "+name, fmt.Sprint(h.keyIDs(name)), fmt.Sprint(h.model.keyIDs(name)))
	}
	for _, key := range h.keys {
		got, err := h.store.GetKey(h.Context(), key.ID)
		want, wantErr := h.model.key(key.ID)
		h.same("get key "+key.ID, keyAnswer(got, err), keyAnswer(want, wantErr))
	}
	names := slices.DeleteFunc(h.listNames(200), func(name string) bool { return name == h.name("start") })
	h.same("list tenants", fmt.Sprint(names), fmt.Sprint(h.model.names()))
}

// watched checks what a watch tells of all that was done.
func (h *registryHistory) watched(start uint64) {
	h.Helper()
	w := h.watch(&start)
	defer w.end()
	last := w.position()
	end := h.put(h.name("end"), `{}`)
	var got []string
	for {
		change := w.change(&last)
		if change.Revision == end.Revision {
			break
		}
		if change.Type != store.KeyRevoked || slices.Contains(h.model.revoked, change.KeyID) {
			got = append(got, fmt.Sprintf("%s %s %s", change.Type, change.Tenant, change.KeyID))
		}
	}
	h.same("watch", strings.Join(got, "\n  "), strings.Join(h.model.changes, "\n  "))
}

func tenantAnswer(tenant store.Tenant, err error) string {
	return answer(fmt.Sprintf("%s %s, revision %d, active %t, %v, of %s, changed %s",
		tenant.Name, tenant.UID, tenant.Revision, tenant.Active, parsedOrNone(tenant.Config),
		tenant.Created.UTC(), tenant.Updated.UTC()), err)
}

func keyAnswer(key store.APIKey, err error) string {
	return answer(fmt.Sprintf("%s of %s %s, %.4x, of %s", key.ID, key.Tenant, key.TenantUID, key.Hash, key.Created.UTC()), err)
}

// noneOf is the error of what is not there.
func noneOf(what string) error { return fault.New(fault.NotFound, "there is no %s", what) }
