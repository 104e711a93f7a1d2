package httpapi

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"
	"strings"

	"github.com/bothost/bothost/host/registry"
)

type tenant struct {
	Tenant    string          `json:"tenant"`
	Revision  uint64          `json:"revision"`
	Config    json.RawMessage `json:"config"`
	Effective map[string]any  `json:"effective,omitempty"`
	Active    bool            `json:"active"`
	File      string          `json:"file,omitempty"`
	CreatedAt *string         `json:"created_at"`
	UpdatedAt *string         `json:"updated_at"`
}

func toTenant(t registry.Tenant) tenant {
	return tenant{
		Tenant: t.Name, Revision: t.Revision, Config: t.Config, Active: t.Active, File: t.File,
		CreatedAt: rfc3339(t.Created), UpdatedAt: rfc3339(t.Updated),
	}
}

// describe adds what the request asks for.
func (a *api) describe(t registry.Tenant, effective bool) (tenant, error) {
	out := toTenant(t)
	if !effective {
		return out, nil
	}
	var err error
	out.Effective, err = a.Effective(t)
	return out, err
}

func (a *api) listTenants(w http.ResponseWriter, r *http.Request) error {
	limit, after, err := page(r)
	if err != nil {
		return err
	}
	effective, err := flag(r, "effective")
	if err != nil {
		return err
	}
	found, next, err := a.Registry.List(r.Context(), limit, after)
	if err != nil {
		return err
	}
	items := make([]tenant, len(found))
	for i, t := range found {
		if items[i], err = a.describe(t, effective); err != nil {
			return err
		}
	}
	return reply(w, http.StatusOK, listOf(items, next))
}

func (a *api) getTenant(w http.ResponseWriter, r *http.Request) error {
	effective, err := flag(r, "effective")
	if err != nil {
		return err
	}
	found, err := a.Registry.Get(r.Context(), pathName(r, "tenant"))
	if err != nil {
		return err
	}
	out, err := a.describe(found, effective)
	if err != nil {
		return err
	}
	return replyTenant(w, http.StatusOK, out)
}

func replyTenant(w http.ResponseWriter, status int, t tenant) error {
	if t.File == "" {
		w.Header().Set("ETag", fmt.Sprintf("%q", strconv.FormatUint(t.Revision, 10)))
	}
	return reply(w, status, t)
}

func (a *api) putTenant(w http.ResponseWriter, r *http.Request) error {
	body, err := readBody(w, r)
	if err != nil {
		return err
	}
	condition, err := condition(r)
	if err != nil {
		return err
	}
	registered, created, err := a.Registry.Register(r.Context(), pathName(r, "tenant"), json.RawMessage(body), condition)
	if err != nil {
		return err
	}
	status := http.StatusOK
	if created {
		status = http.StatusCreated
	}
	return replyTenant(w, status, toTenant(registered))
}

// condition reads what a PUT depends on (RFC 9110, section 13.1).
func condition(r *http.Request) (registry.Condition, error) {
	var out registry.Condition
	var err error
	if out.Restore, err = flag(r, "restore"); err != nil {
		return out, err
	}
	switch none := r.Header.Get("If-None-Match"); none {
	case "":
	case "*":
		out.IfRevision = new(uint64)
		return out, nil
	default:
		return out, fieldProblem("If-None-Match", "must be *, not %s", none)
	}
	match := r.Header.Get("If-Match")
	if match == "" {
		return out, nil
	}
	revision, err := strconv.ParseUint(strings.Trim(match, `"`), 10, 64)
	if err != nil || revision == 0 {
		return out, fieldProblem("If-Match", `must be one revision in quotes, such as "3", not %s`, match)
	}
	out.IfRevision = &revision
	return out, nil
}

func (a *api) patchTenant(w http.ResponseWriter, r *http.Request) error {
	body, err := readBody(w, r)
	if err != nil {
		return err
	}
	var request struct {
		Active *bool `json:"active"`
	}
	if err := decode(body, &request); err != nil {
		return err
	}
	if request.Active == nil {
		return fieldProblem("active", "must be given")
	}
	changed, err := a.Registry.SetActive(r.Context(), pathName(r, "tenant"), *request.Active)
	if err != nil {
		return err
	}
	return replyTenant(w, http.StatusOK, toTenant(changed))
}

func (a *api) deleteTenant(w http.ResponseWriter, r *http.Request) error {
	purge, err := flag(r, "purge")
	if err != nil {
		return err
	}
	if err := a.Registry.Remove(r.Context(), pathName(r, "tenant"), purge); err != nil {
		return err
	}
	w.WriteHeader(http.StatusNoContent)
	return nil
}
