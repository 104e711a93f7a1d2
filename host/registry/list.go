package registry

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"slices"
	"strings"

	"github.com/bothost/bothost/sdk/fault"
	"github.com/bothost/bothost/sdk/store"
)

// List gives a page of all tenants in the order of their names; after is the
// next of the page before. A page may have fewer than limit.
func (r *Registry) List(ctx context.Context, limit int, after string) (page []Tenant, next string, err error) {
	from, err := parsePlace(after)
	if err != nil {
		return nil, "", err
	}
	var stored store.Page[store.Tenant]
	err = r.settings.UseStore(ctx, func(ctx context.Context, tenants store.Tenants) (err error) {
		stored, err = tenants.ListTenants(ctx, limit, from.Store)
		return err
	})
	if err != nil && !fault.Is(err, fault.Unsupported) {
		return nil, "", err
	}
	page = merge(stored, r.settings.Files(), from.Name)
	switch {
	case len(page) > limit:
		page = page[:limit]
		next = place{Store: from.Store, Name: page[limit-1].Name}.String()
	case stored.Next != "":
		next = place{Store: stored.Next, Name: lastName(stored)}.String()
	}
	return page, next, nil
}

// merge adds the tenants of the files to a page of the registered ones, as far as
// that page goes, and leaves out the names up to after.
func merge(stored store.Page[store.Tenant], files map[string]Tenant, after string) []Tenant {
	var page []Tenant
	for _, tenant := range stored.Items {
		if _, shadowed := files[tenant.Name]; !shadowed && tenant.Name > after {
			page = append(page, fromStore(tenant))
		}
	}
	for name, tenant := range files {
		if name > after && (stored.Next == "" || name <= lastName(stored)) {
			page = append(page, tenant)
		}
	}
	slices.SortFunc(page, func(a, b Tenant) int { return strings.Compare(a.Name, b.Name) })
	return page
}

func lastName(page store.Page[store.Tenant]) string {
	if len(page.Items) == 0 {
		return ""
	}
	return page.Items[len(page.Items)-1].Name
}

// place is how far a list was told: the store's own cursor, which only the store
// can read, and the last name. The names of files may lie between the store's.
type place struct {
	Store string `json:"store"`
	Name  string `json:"name"`
}

func (p place) String() string {
	text, err := json.Marshal(p)
	if err != nil {
		// Texts always marshal.
		panic(err)
	}
	return base64.RawURLEncoding.EncodeToString(text)
}

func parsePlace(cursor string) (place, error) {
	var p place
	if cursor == "" {
		return p, nil
	}
	text, err := base64.RawURLEncoding.DecodeString(cursor)
	if err != nil || json.Unmarshal(text, &p) != nil {
		return p, invalid("after", "is not the end of a page of this list")
	}
	return p, nil
}
