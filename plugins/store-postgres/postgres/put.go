package postgres

import (
	"time"

	"github.com/bothost/bothost/sdk/fault"
	"github.com/bothost/bothost/sdk/store"
)

// putRow is what put_tenant answers: the tenant as it is, or nils where there is
// none.
type putRow struct {
	Outcome  string
	Name     *string
	UID      *string
	Revision *int64
	Config   *string
	Active   *bool
	Created  *time.Time
	Updated  *time.Time
}

func (p *putRow) tenant() store.Tenant {
	return store.Tenant{
		Name: value(p.Name), UID: value(p.UID), Revision: uint64(value(p.Revision)),
		Config: []byte(value(p.Config)), Active: value(p.Active),
		Created: value(p.Created).UTC(), Updated: value(p.Updated).UTC(),
	}
}

func (p *putRow) answer(doing string) (store.Tenant, bool, error) {
	switch p.Outcome {
	case "created", "changed":
		return p.tenant(), p.Outcome == "created", nil
	case "deleted":
		return store.Tenant{}, false, fault.New(fault.Conflict, "store-postgres: %s: it was deleted", doing).
			WithReason(fault.TenantDeleted).
			WithRemedy("restore it, or purge it to free its name")
	case "mismatch":
		return store.Tenant{}, false, fault.New(fault.Conflict, "store-postgres: %s: it is at another revision", doing).
			WithReason(fault.RevisionMismatch).
			WithRemedy("read it again and repeat the change")
	}
	return store.Tenant{}, false, unexpected(doing, p.Outcome)
}
