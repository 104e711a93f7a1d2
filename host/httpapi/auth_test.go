package httpapi_test

import (
	"testing"

	"github.com/bothost/bothost/host/httpapi"
	"github.com/bothost/bothost/host/registry"
)

var (
	noAuth   = httpapi.Auth{}
	keysAuth = httpapi.Auth{Required: true, AdminKey: adminKey}
)

// TestAuth is the whole matrix: who calls, which tenant is named, and what comes
// of a tenant's route and of an operator's.
func TestAuth(t *testing.T) {
	t.Parallel()
	const (
		nobody = ""
		admin  = "admin"
		ofA    = "a"
		wrong  = "wrong"
		odd    = "odd"
	)
	for _, test := range []struct {
		auth   httpapi.Auth
		caller string
		// named is what X-Tenant says.
		named string
		// tenant and operator are the statuses; acts is the tenant whose
		// conversation is reached.
		tenant, operator int
		acts             string
	}{
		{auth: noAuth, caller: nobody, named: "", tenant: 400, operator: 200},
		{auth: noAuth, caller: nobody, named: "a", tenant: 200, operator: 200, acts: "a"},
		{auth: noAuth, caller: nobody, named: "a\x01", tenant: 422, operator: 200},
		{auth: noAuth, caller: nobody, named: "nobody", tenant: 404, operator: 200},
		{auth: noAuth, caller: ofA, named: "", tenant: 200, operator: 200, acts: "a"},
		{auth: noAuth, caller: ofA, named: "b", tenant: 200, operator: 200, acts: "b"},
		{auth: noAuth, caller: wrong, named: "", tenant: 400, operator: 200},

		{auth: keysAuth, caller: nobody, named: "", tenant: 401, operator: 401},
		{auth: keysAuth, caller: nobody, named: "a", tenant: 401, operator: 401},
		{auth: keysAuth, caller: odd, named: "a", tenant: 401, operator: 401},
		{auth: keysAuth, caller: wrong, named: "a", tenant: 401, operator: 401},
		{auth: keysAuth, caller: ofA, named: "", tenant: 200, operator: 403, acts: "a"},
		{auth: keysAuth, caller: ofA, named: "a", tenant: 200, operator: 403, acts: "a"},
		{auth: keysAuth, caller: ofA, named: "b", tenant: 403, operator: 403},
		{auth: keysAuth, caller: admin, named: "", tenant: 400, operator: 200},
		{auth: keysAuth, caller: admin, named: "b", tenant: 200, operator: 200, acts: "b"},
		{auth: keysAuth, caller: admin, named: "nobody", tenant: 404, operator: 200},
		// Without an admin key nobody is the operator.
		{auth: httpapi.Auth{Required: true}, caller: admin, named: "a", tenant: 401, operator: 401},
	} {
		name := map[bool]string{true: "keys", false: "none"}[test.auth.Required] + ", " + test.caller + " for " + test.named
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := newHarness(t, test.auth)
			authorization := map[string]string{
				nobody: "", admin: "Bearer " + adminKey, ofA: "bearer  " + h.mustCreateKey(t, "a"), wrong: "Bearer " + adminKey + "x", odd: "Basic " + adminKey,
			}[test.caller]
			say := post("/v1/chat", `{"message":"Hi","conversation_id":"c1"}`).
				with("Authorization", authorization).with("X-Tenant", test.named)
			h.want(t, test.tenant, say)
			for scope := range h.store.byKey {
				if scope.Tenant != test.acts {
					t.Errorf("acted for %q, want %q", scope.Tenant, test.acts)
				}
			}
			if (len(h.store.byKey) == 1) != (test.acts != "") {
				t.Errorf("%d conversations", len(h.store.byKey))
			}
			h.want(t, test.operator, get("/v1/cache").with("Authorization", authorization).with("X-Tenant", test.named))
		})
	}
}

// TestEveryRouteIsGuarded checks that no route was forgotten.
func TestEveryRouteIsGuarded(t *testing.T) {
	t.Parallel()
	h := newHarness(t, keysAuth)
	key := "Bearer " + h.mustCreateKey(t, "a")
	open := map[string]bool{"/livez": true, "/readyz": true, "/openapi.json": true, "/docs": true, "/": true, "/api/version": true}
	forTenants := map[string]bool{
		"/v1/chat": true, "/v1/conversations": true, "/v1/conversations/{id}": true, "/v1/conversations/{id}/messages": true,
		"/v1/chat/completions": true, "/v1/models": true, "/v1/models/{model}": true,
		"/api/chat": true, "/api/tags": true, "/api/show": true,
	}
	for _, c := range h.contract.calls() {
		withKey := 403
		without := 401
		if open[c.target] {
			withKey, without = 200, 200
		}
		if got := h.do(t, c).Code; got != without {
			t.Errorf("%s %s without a key = %d, want %d", c.method, c.target, got, without)
		}
		got := h.do(t, c.with("Authorization", key)).Code
		if forTenants[c.target] {
			if got == 401 || got == 403 {
				t.Errorf("%s %s with a tenant's key = %d", c.method, c.target, got)
			}
		} else if got != withKey {
			t.Errorf("%s %s with a tenant's key = %d, want %d", c.method, c.target, got, withKey)
		}
	}
}

// TestOtherWebSites is what a page of another site could make a browser send to a
// host that asks for no key.
func TestOtherWebSites(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		auth         httpapi.Auth
		host, origin string
		want         int
		code         string
	}{
		"this machine":                 {host: "127.0.0.1:8080", want: 200},
		"by name":                      {host: "LocalHost", want: 200},
		"IPv6":                         {host: "[::1]:8080", want: 200},
		"IPv6 without a port":          {host: "[::1]", want: 200},
		"rebound name":                 {host: "evil.example:8080", want: 403, code: "unknown_host"},
		"a name that begins as ours":   {host: "localhost.evil.example", want: 403, code: "unknown_host"},
		"no name":                      {host: ":8080", want: 403, code: "unknown_host"},
		"a page of ours":               {host: "localhost:8080", origin: "http://localhost:8080", want: 200},
		"a page of another site":       {host: "localhost:8080", origin: "https://evil.example", want: 403, code: "cross_site"},
		"a page that hides its origin": {host: "localhost:8080", origin: "null", want: 403, code: "cross_site"},
		"an origin that is none":       {host: "localhost:8080", origin: "http://[", want: 403, code: "cross_site"},
		"a name, with keys":            {auth: keysAuth, host: "bots.example", origin: "https://evil.example", want: 200},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := newHarness(t, test.auth)
			for _, target := range []string{"/v1/tenants", "/livez"} {
				c := get(target).with("Origin", test.origin).with("Authorization", "Bearer "+adminKey)
				c.host = test.host
				body := h.want(t, test.want, c)
				if test.code != "" && code(t, body) != test.code {
					t.Errorf("%s is refused as %s, want %s", target, code(t, body), test.code)
				}
			}
		})
	}
}

func TestUnauthorizedSaysHow(t *testing.T) {
	t.Parallel()
	h := newHarness(t, keysAuth)
	if got := h.do(t, get("/v1/cache")).Header().Get("WWW-Authenticate"); got != `Bearer realm="bothost"` {
		t.Errorf("WWW-Authenticate: %s", got)
	}
}

// TestAnotherTenantsConversation does not exist, as far as a tenant can see.
func TestAnotherTenantsConversation(t *testing.T) {
	t.Parallel()
	h := newHarness(t, keysAuth)
	ofA, ofB := "Bearer "+h.mustCreateKey(t, "a"), "Bearer "+h.mustCreateKey(t, "b")
	h.want(t, 200, post("/v1/chat", `{"message":"Hi","conversation_id":"c1"}`).with("Authorization", ofA).with("X-Tenant", ""))
	for _, c := range []call{
		get("/v1/conversations/c1"), get("/v1/conversations/c1/messages"), {method: "DELETE", target: "/v1/conversations/c1"},
	} {
		body := h.want(t, 404, c.with("Authorization", ofB).with("X-Tenant", ""))
		if code(t, body) != "not_found" {
			t.Errorf("%s %s: %v", c.method, c.target, body)
		}
	}
	h.want(t, 200, get("/v1/conversations/c1").with("Authorization", ofA).with("X-Tenant", ""))
}

func TestDeactivatedTenant(t *testing.T) {
	t.Parallel()
	h := newHarness(t, noAuth)
	patch := call{method: "PATCH", target: "/v1/tenants/a", body: `{"active":false}`}
	h.want(t, 200, patch)
	if got := code(t, h.want(t, 403, post("/v1/chat", `{"message":"Hi"}`))); got != registry.TenantDeactivated {
		t.Errorf("refused as %s", got)
	}
	h.want(t, 403, get("/v1/conversations"))
	patch.body = `{"active":true}`
	h.want(t, 200, patch)
	h.want(t, 200, post("/v1/chat", `{"message":"Hi"}`))
}
