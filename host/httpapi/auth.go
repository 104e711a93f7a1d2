package httpapi

import (
	"context"
	"crypto/sha256"
	"crypto/subtle"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/bothost/bothost/host/registry"
)

// Auth says who may do what.
type Auth struct {
	// Required: requests must carry a key. Otherwise the API trusts whoever can
	// reach it, which must be this machine alone.
	Required bool
	// AdminKey is the operator's key; set if Required.
	AdminKey string
	// Hosts are the names under which the API answers without authentication,
	// so that a web page elsewhere cannot reach it through a name of its own
	// (DNS rebinding).
	Hosts []string
}

const tenantHeader = "X-Tenant"

// tenantHandler answers a request on behalf of a tenant.
type tenantHandler func(w http.ResponseWriter, r *http.Request, tenant string) error

// guard applies what holds for all requests.
func (a *api) guard(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("X-Content-Type-Options", "nosniff")
		nameRequest(w)
		if r.ContentLength != 0 {
			awaitBody(w, time.Now().Add(bodyTimeout))
		}
		err := a.checkOrigin(r)
		if err == nil {
			err = checkText(r)
		}
		if err != nil {
			a.fail(w, r, err)
			return
		}
		next.ServeHTTP(w, r)
	})
}

// checkOrigin refuses, where there is no authentication, what a web page of
// another site could send.
func (a *api) checkOrigin(r *http.Request) error {
	if a.Auth.Required {
		return nil
	}
	if !a.knownHost(r.Host) {
		return problemf(http.StatusForbidden, "unknown_host",
			"without authentication this host does not answer to the name %q; use %s, or set auth.mode: keys",
			r.Host, strings.Join(a.Auth.Hosts, ", "))
	}
	if origin := r.Header.Get("Origin"); origin != "" {
		from, err := url.Parse(origin)
		if err != nil || !a.knownHost(from.Host) {
			return problemf(http.StatusForbidden, "cross_site",
				"without authentication requests from the web site %q are refused; set auth.mode: keys", origin)
		}
	}
	return nil
}

func (a *api) knownHost(hostPort string) bool {
	host, _, err := net.SplitHostPort(hostPort)
	if err != nil {
		host = hostPort
	}
	host = strings.Trim(host, "[]")
	return slices.ContainsFunc(a.Auth.Hosts, func(known string) bool { return strings.EqualFold(known, host) })
}

// caller is who a request comes from: the operator, or a tenant.
type caller struct {
	operator bool
	tenant   string
}

// authenticate finds out who calls.
func (a *api) authenticate(r *http.Request) (caller, error) {
	if len(r.Header.Values(tenantHeader)) > 1 {
		return caller{}, fieldProblem(tenantHeader, "must be given once")
	}
	key, hasKey := bearer(r)
	if !a.Auth.Required {
		return a.trust(r, key)
	}
	if !hasKey {
		return caller{}, problemf(http.StatusUnauthorized, "no_key", "send a key: Authorization: Bearer KEY")
	}
	if a.isOperator(r) {
		return caller{operator: true, tenant: r.Header.Get(tenantHeader)}, nil
	}
	tenant, known, err := a.Registry.Authenticate(r.Context(), key)
	switch {
	case err != nil:
		return caller{}, a.conceal(r, err)
	case !known:
		return caller{}, problemf(http.StatusUnauthorized, registry.WrongKey, "this key is not known, or not any more")
	}
	if named := r.Header.Get(tenantHeader); named != "" && named != tenant {
		return caller{}, problemf(http.StatusForbidden, "other_tenant", "this key is not one of tenant %q", named)
	}
	return caller{tenant: tenant}, nil
}

// isOperator reports whether a request carries the admin key, or needs none.
func (a *api) isOperator(r *http.Request) bool {
	key, _ := bearer(r)
	return !a.Auth.Required || sameKey(key, a.Auth.AdminKey)
}

// trust is authentication where none is required: everybody is the operator. A
// tenant's key still names its tenant.
func (a *api) trust(r *http.Request, key string) (caller, error) {
	c := caller{operator: true, tenant: r.Header.Get(tenantHeader)}
	if c.tenant != "" || key == "" {
		return c, nil
	}
	tenant, known, err := a.Registry.Authenticate(r.Context(), key)
	if known {
		c.tenant = tenant
	}
	return c, err
}

func bearer(r *http.Request) (key string, ok bool) {
	scheme, key, ok := strings.Cut(r.Header.Get("Authorization"), " ")
	key = strings.TrimSpace(key)
	return key, ok && strings.EqualFold(scheme, "Bearer") && key != ""
}

// sameKey compares without telling by its time how much was right.
func sameKey(given, wanted string) bool {
	a, b := sha256.Sum256([]byte(given)), sha256.Sum256([]byte(wanted))
	return wanted != "" && subtle.ConstantTimeCompare(a[:], b[:]) == 1
}

// asTenant lets a tenant in, or the operator on behalf of one.
func (a *api) asTenant(handler tenantHandler) func(http.ResponseWriter, *http.Request) error {
	return func(w http.ResponseWriter, r *http.Request) error {
		c, err := a.authenticate(r)
		if err != nil {
			return err
		}
		if c.tenant == "" {
			return problemf(http.StatusBadRequest, "no_tenant", "name the tenant in the header %s", tenantHeader)
		}
		if err := registry.CheckName(tenantHeader, c.tenant); err != nil {
			return err
		}
		if !c.operator {
			key, _ := bearer(r)
			r = r.WithContext(registry.WithKey(context.WithValue(r.Context(), isTenant{}, true), key))
		}
		return a.discreet(r, handler(w, r, c.tenant))
	}
}

// asOperator lets the operator in, and nobody else.
func (a *api) asOperator(handler func(http.ResponseWriter, *http.Request) error) func(http.ResponseWriter, *http.Request) error {
	return func(w http.ResponseWriter, r *http.Request) error {
		c, err := a.authenticate(r)
		if err != nil {
			return err
		}
		if !c.operator {
			return problemf(http.StatusForbidden, "not_operator", "this needs the admin key")
		}
		return handler(w, r)
	}
}
