package plugintest

import (
	"context"
	"fmt"

	"github.com/bothost/bothost/sdk/fault"
	"github.com/bothost/bothost/sdk/store"
)

func rivalTenantCases() []TenantCase {
	return []TenantCase{
		{"of many changes at once on one revision one is made", inRegistry(oneChanges)},
		{"a change and a deactivation at once leave the tenant switched off", inRegistry(changeAgainstSwitch)},
		{"a change and a deletion at once leave the tenant deleted", inRegistry(changeAgainstDelete)},
		{"changes of the registry cut short are made or not, and can be repeated", inRegistry(changesCutShort)},
		{"keys cut short are made or not, and can be repeated", inRegistry(keysCutShort)},
	}
}

func oneChanges(r *registry) {
	const rounds, rivals = 4, 8
	tenant := r.put(r.name(""), `{}`)
	for range rounds {
		winners := make([]*store.Tenant, rivals)
		atOnce(rivals, func(i int) {
			changed, _, err := r.store.PutTenant(r.Context(), store.PutTenant{
				Name: tenant.Name, Config: fmt.Appendf(nil, `{"by":%d}`, i), IfRevision: &tenant.Revision,
			})
			if err == nil {
				winners[i] = &changed
			} else if !fault.HasReason(err, fault.RevisionMismatch) {
				r.Errorf("change a tenant at its revision: %v", err)
			}
		})
		won := 0
		for _, winner := range winners {
			if winner != nil {
				won++
				tenant = *winner
			}
		}
		if won != 1 {
			r.Fatalf("%d of %d changes on one revision were made, want 1", won, rivals)
		}
		r.wantTenant(r.get(tenant.Name), tenant)
	}
}

func changeAgainstSwitch(r *registry) {
	const rounds, rivals = 6, 4
	for round := range rounds {
		name := r.put(r.name(fmt.Sprint(round)), `{}`).Name
		atOnce(rivals, func(i int) {
			var err error
			if i == 0 {
				_, err = r.store.SetTenantActive(r.Context(), name, false)
			} else {
				_, _, err = r.store.PutTenant(r.Context(), store.PutTenant{Name: name, Config: fmt.Appendf(nil, `{"by":%d}`, i)})
			}
			if err != nil {
				r.Errorf("change a tenant: %v", err)
			}
		})
		if r.get(name).Active {
			r.Errorf("a tenant that was switched off while it was changed is on")
		}
	}
}

func changeAgainstDelete(r *registry) {
	const rounds, rivals = 6, 4
	for round := range rounds {
		name := r.put(r.name(fmt.Sprint(round)), `{}`).Name
		atOnce(rivals, func(i int) {
			var err error
			switch i {
			case 0:
				err = r.store.DeleteTenant(r.Context(), name, false)
			case 1:
				_, err = r.store.SetTenantActive(r.Context(), name, false)
			default:
				_, _, err = r.store.PutTenant(r.Context(), store.PutTenant{Name: name, Config: []byte(`{}`)})
			}
			lost := i > 0 && (fault.Is(err, fault.NotFound) || fault.HasReason(err, fault.TenantDeleted))
			if err != nil && !lost {
				r.Errorf("change or delete a tenant: %v", err)
			}
		})
		_, err := r.store.GetTenant(r.Context(), name)
		wantCode(r.T, err, fault.NotFound, "get a tenant that was deleted while it was changed")
	}
}

// changesCutShort makes changes on condition: repeated, one that had been made is
// refused.
func changesCutShort(r *registry) {
	cutter := newScissors(r.T)
	tenant := r.put(r.name(""), `{}`)
	for round := range cutRounds {
		before := tenant
		put := store.PutTenant{Name: tenant.Name, Config: fmt.Appendf(nil, `{"round":%d}`, round), IfRevision: &before.Revision}
		cutter.cut("put tenant", func(ctx context.Context) error {
			_, _, err := r.store.PutTenant(ctx, put)
			return err
		})
		if _, _, err := r.store.PutTenant(r.Context(), put); err != nil {
			wantReason(r.T, err, fault.RevisionMismatch, "repeat a change that may be made")
		}
		tenant = r.get(tenant.Name)
		if tenant.Revision <= before.Revision || !sameJSON(tenant.Config, put.Config) || !tenant.Active {
			r.Fatalf("a change cut short and repeated has made %+v with %s of %+v", tenant, tenant.Config, before)
		}
	}
	for round := range cutRounds {
		name := r.put(r.name(fmt.Sprint(round)), `{}`).Name
		cutter.cut("switch off", func(ctx context.Context) error {
			_, err := r.store.SetTenantActive(ctx, name, false)
			return err
		})
		if off, err := r.store.SetTenantActive(r.Context(), name, false); err != nil || off.Active {
			r.Errorf("switch off again what may be off: %+v, %v", off, err)
		}
		cutter.cut("delete tenant", func(ctx context.Context) error { return r.store.DeleteTenant(ctx, name, false) })
		if err := r.store.DeleteTenant(r.Context(), name, false); err != nil {
			wantCode(r.T, err, fault.NotFound, "delete again what may be deleted")
		}
		_, err := r.store.GetTenant(r.Context(), name)
		wantCode(r.T, err, fault.NotFound, "get a deleted tenant")
	}
}

func keysCutShort(r *registry) {
	cutter := newScissors(r.T)
	tenant := r.put(r.name(""), `{}`)
	for round := range cutRounds {
		key := r.key(tenant.Name, fmt.Sprint(round))
		cutter.cut("create key", func(ctx context.Context) error {
			_, err := r.store.CreateKey(ctx, key)
			return err
		})
		created := r.createKey(key)
		found, err := r.store.GetKey(r.Context(), key.ID)
		r.must(err, "get key")
		r.wantKey(found, created)
		if got := r.keyIDs(tenant.Name); len(got) != 1 {
			r.Errorf("a key whose creation was cut short and repeated is listed as %q", got)
		}
		cutter.cut("revoke key", func(ctx context.Context) error { return r.store.RevokeKey(ctx, tenant.Name, key.ID) })
		if err := r.store.RevokeKey(r.Context(), tenant.Name, key.ID); err != nil {
			wantCode(r.T, err, fault.NotFound, "revoke again what may be revoked")
		}
		r.wantNoKey(key.ID, "get a revoked key")
	}
}
