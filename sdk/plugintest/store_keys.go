package plugintest

import (
	"bytes"
	"crypto/sha256"
	"fmt"
	"slices"

	"github.com/bothost/bothost/sdk/fault"
	"github.com/bothost/bothost/sdk/store"
)

func keyCases() []TenantCase {
	return []TenantCase{
		{"a key is created, found and listed", inRegistry(keyIsFound)},
		{"creating a key repeated is harmless", inRegistry(keyRepeated)},
		{"a key of a name that is not registered has no uid", inRegistry(keyWithoutTenant)},
		{"a revoked key is gone for good", inRegistry(keyIsRevoked)},
		{"deleting a tenant revokes its keys for good", inRegistry(keysGoWith(false))},
		{"purging a tenant revokes its keys for good", inRegistry(keysGoWith(true))},
		{"a key made for a tenant that is gone is not valid", inRegistry(keyOfTheGone)},
	}
}

// key is a key with an id of the case's own.
func (r *registry) key(tenant, id string) store.APIKey {
	hash := sha256.Sum256([]byte(id))
	return store.APIKey{ID: r.prefix + id, Tenant: tenant, Hash: hash[:]}
}

func (r *registry) createKey(key store.APIKey) store.APIKey {
	r.Helper()
	created, err := r.store.CreateKey(r.Context(), key)
	r.must(err, "create key")
	return created
}

func (r *registry) keyIDs(tenant string) []string {
	r.Helper()
	keys, err := r.store.ListKeys(r.Context(), tenant)
	r.must(err, "list keys")
	var ids []string
	for _, key := range keys {
		ids = append(ids, key.ID)
	}
	return ids
}

func (r *registry) wantNoKey(id, what string) {
	r.Helper()
	_, err := r.store.GetKey(r.Context(), id)
	wantCode(r.T, err, fault.NotFound, what)
}

func (r *registry) wantKey(got, want store.APIKey) {
	r.Helper()
	if got.ID != want.ID || got.Tenant != want.Tenant || got.TenantUID != want.TenantUID ||
		!bytes.Equal(got.Hash, want.Hash) || !got.Created.Equal(want.Created) {
		r.Errorf("got key %+v, want %+v", got, want)
	}
}

func keyIsFound(r *registry) {
	tenant := r.put(r.name(""), `{}`)
	r.put(r.name("other"), `{}`)
	var want []string
	for i := range 4 {
		key := r.key(tenant.Name, fmt.Sprint(9-i))
		created := r.createKey(key)
		if created.TenantUID != tenant.UID || created.Created.IsZero() {
			r.Errorf("the created key is %+v, want the uid %q and a time", created, tenant.UID)
		}
		found, err := r.store.GetKey(r.Context(), key.ID)
		r.must(err, "get key")
		r.wantKey(found, created)
		want = append(want, key.ID)
	}
	if got := r.keyIDs(tenant.Name); !slices.Equal(got, want) {
		r.Errorf("listed are %q, want %q", got, want)
	}
	if got := r.keyIDs(r.name("other")); len(got) != 0 {
		r.Errorf("the other tenant has the keys %q", got)
	}
	r.wantNoKey(r.prefix+"unknown", "get a key that was never made")
}

func keyRepeated(r *registry) {
	tenant := r.put(r.name(""), `{}`)
	key := r.key(tenant.Name, "1")
	first := r.createKey(key)
	r.wantKey(r.createKey(key), first)
	r.createKey(r.key(tenant.Name, "2"))
	key.Hash = bytes.Repeat([]byte{1}, sha256.Size)
	_, err := r.store.CreateKey(r.Context(), key)
	wantCode(r.T, err, fault.Conflict, "create another key with the same id")
	stolen := r.key(r.put(r.name("other"), `{}`).Name, "1")
	_, err = r.store.CreateKey(r.Context(), stolen)
	wantCode(r.T, err, fault.Conflict, "create a key with the id of another tenant's")
	if got := r.keyIDs(tenant.Name); len(got) != 2 {
		r.Errorf("listed are %q, want 2", got)
	}
}

func keyWithoutTenant(r *registry) {
	key := r.createKey(r.key(r.name("in a file"), "1"))
	if key.TenantUID != "" {
		r.Errorf("the key has the uid %q", key.TenantUID)
	}
	found, err := r.store.GetKey(r.Context(), key.ID)
	r.must(err, "get key")
	r.wantKey(found, key)
	if got := r.keyIDs(key.Tenant); !slices.Equal(got, []string{key.ID}) {
		r.Errorf("listed are %q", got)
	}
	r.must(r.store.RevokeKey(r.Context(), key.Tenant, key.ID), "revoke")
	r.wantNoKey(key.ID, "get a revoked key")
}

func keyIsRevoked(r *registry) {
	tenant := r.put(r.name(""), `{}`)
	key, kept := r.createKey(r.key(tenant.Name, "1")), r.createKey(r.key(tenant.Name, "2"))
	err := r.store.RevokeKey(r.Context(), r.name("other"), key.ID)
	wantCode(r.T, err, fault.NotFound, "revoke another tenant's key")
	r.must(r.store.RevokeKey(r.Context(), tenant.Name, key.ID), "revoke")
	r.wantNoKey(key.ID, "get a revoked key")
	err = r.store.RevokeKey(r.Context(), tenant.Name, key.ID)
	wantCode(r.T, err, fault.NotFound, "revoke a revoked key")
	_, err = r.store.CreateKey(r.Context(), r.key(tenant.Name, "1"))
	wantCode(r.T, err, fault.Conflict, "create a key that was revoked, as a call that comes late does")
	r.wantNoKey(key.ID, "get a revoked key")
	if got := r.keyIDs(tenant.Name); !slices.Equal(got, []string{kept.ID}) {
		r.Errorf("listed are %q, want the other key", got)
	}
}

func keysGoWith(purge bool) func(*registry) {
	return func(r *registry) {
		key := r.createKey(r.key(r.put(r.name(""), `{}`).Name, "1"))
		other := r.createKey(r.key(r.put(r.name("other"), `{}`).Name, "2"))
		r.delete(key.Tenant, purge)
		r.wantNoKey(key.ID, "get a key of a tenant that is gone")
		if got := r.keyIDs(key.Tenant); len(got) != 0 {
			r.Errorf("listed are %q, want none", got)
		}
		_, _, err := r.store.PutTenant(r.Context(), store.PutTenant{Name: key.Tenant, Config: []byte(`{}`), Restore: true})
		r.must(err, "register the tenant again")
		r.wantNoKey(key.ID, "get a key of a tenant that was gone")
		found, err := r.store.GetKey(r.Context(), other.ID)
		r.must(err, "get the other tenant's key")
		r.wantKey(found, other)
	}
}

func keyOfTheGone(r *registry) {
	first := r.put(r.name(""), `{}`)
	r.delete(first.Name, true)
	r.put(first.Name, `{}`)
	late := r.key(first.Name, "late")
	late.TenantUID = first.UID
	if _, err := r.store.CreateKey(r.Context(), late); err != nil {
		wantCode(r.T, err, fault.Conflict, "create a key for a tenant that is gone")
	}
	r.wantNoKey(late.ID, "get a key that was made for a tenant that is gone")
	if got := r.keyIDs(first.Name); len(got) != 0 {
		r.Errorf("listed are %q, want none", got)
	}
}
