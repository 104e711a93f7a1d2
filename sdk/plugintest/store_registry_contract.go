package plugintest

import (
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/bothost/bothost/sdk/fault"
	"github.com/bothost/bothost/sdk/store"
)

// registryModel is the contract of a registry. Uids, revisions and times are the
// store's to choose: the model takes them from its answers where they are such
// as they must be.
type registryModel struct {
	tenants map[string]*modelTenant
	// keys holds those that are valid, in the order of their making.
	keys []store.APIKey
	// revoked holds the ids of keys that RevokeKey has ended.
	revoked []string
	uids    map[string]bool
	// revision is the last one seen, and changes what a watch has to tell.
	revision uint64
	changes  []string
}

type modelTenant struct {
	store.Tenant
	deleted bool
}

func newRegistryModel() *registryModel {
	return &registryModel{tenants: map[string]*modelTenant{}, uids: map[string]bool{}}
}

func (m *registryModel) record(kind store.ChangeType, tenant, key string) {
	m.changes = append(m.changes, fmt.Sprintf("%s %s %s", kind, tenant, key))
}

// next accepts a revision that is newer than all before, and refuses another.
func (m *registryModel) next(answered uint64) uint64 {
	if answered > m.revision {
		m.revision = answered
		return answered
	}
	return m.revision + 1
}

// registered gives a tenant that is there, or nil.
func (m *registryModel) registered(name string) *modelTenant {
	if t := m.tenants[name]; t != nil && !t.deleted {
		return t
	}
	return nil
}

func (m *registryModel) get(name string) (store.Tenant, error) {
	if t := m.registered(name); t != nil {
		return t.Tenant, nil
	}
	return store.Tenant{}, noneOf("such tenant")
}

func (m *registryModel) put(request store.PutTenant, answered store.Tenant) (store.Tenant, error) {
	t, current := m.tenants[request.Name], uint64(0)
	if t != nil && t.deleted && !request.Restore {
		return store.Tenant{}, conflict(fault.TenantDeleted)
	}
	if there := m.registered(request.Name); there != nil {
		current = there.Revision
	}
	if request.IfRevision != nil && *request.IfRevision != current {
		return store.Tenant{}, conflict(fault.RevisionMismatch)
	}
	switch {
	case t == nil:
		t = &modelTenant{Tenant: store.Tenant{Name: request.Name, UID: m.mint(answered.UID), Active: true, Created: answered.Created}}
		m.tenants[request.Name] = t
	case t.deleted:
		t.deleted, t.Active, t.Created = false, true, answered.Created
	}
	t.Config, t.Updated, t.Revision = request.Config, answered.Updated, m.next(answered.Revision)
	m.record(store.TenantChanged, request.Name, "")
	return t.Tenant, nil
}

// mint accepts a uid that is new, and refuses another.
func (m *registryModel) mint(answered string) string {
	if answered == "" || m.uids[answered] {
		return "a new uid"
	}
	m.uids[answered] = true
	return answered
}

func (m *registryModel) activate(name string, active bool, answered store.Tenant) (store.Tenant, error) {
	t := m.registered(name)
	if t == nil {
		return store.Tenant{}, noneOf("such tenant")
	}
	if t.Active != active {
		t.Active, t.Updated, t.Revision = active, answered.Updated, m.next(answered.Revision)
		m.record(store.TenantChanged, name, "")
	}
	return t.Tenant, nil
}

func (m *registryModel) remove(name string, purge bool) error {
	t := m.tenants[name]
	if t == nil || t.deleted && !purge {
		return noneOf("such tenant")
	}
	m.keys = slices.DeleteFunc(m.keys, func(key store.APIKey) bool { return key.Tenant == name })
	m.record(store.TenantGone, name, "")
	t.deleted = true
	if purge {
		delete(m.tenants, name)
	}
	return nil
}

func (m *registryModel) create(key store.APIKey, at time.Time) store.APIKey {
	if known, err := m.key(key.ID); err == nil {
		return known
	}
	if t := m.registered(key.Tenant); t != nil {
		key.TenantUID = t.UID
	}
	key.Created = at
	m.keys = append(m.keys, key)
	return key
}

func (m *registryModel) key(id string) (store.APIKey, error) {
	for _, key := range m.keys {
		if key.ID == id {
			return key, nil
		}
	}
	return store.APIKey{}, noneOf("such key")
}

func (m *registryModel) keyIDs(tenant string) []string {
	var ids []string
	for _, key := range m.keys {
		if key.Tenant == tenant {
			ids = append(ids, key.ID)
		}
	}
	return ids
}

func (m *registryModel) revoke(tenant, id string) error {
	key, err := m.key(id)
	if err != nil || key.Tenant != tenant {
		return noneOf("such key")
	}
	m.keys = slices.DeleteFunc(m.keys, func(key store.APIKey) bool { return key.ID == id })
	m.revoked = append(m.revoked, id)
	m.record(store.KeyRevoked, tenant, id)
	return nil
}

// names gives those that are listed.
func (m *registryModel) names() []string {
	var names []string
	for _, name := range slices.Sorted(maps.Keys(m.tenants)) {
		if m.registered(name) != nil {
			names = append(names, name)
		}
	}
	return names
}
