package httpapi_test

import (
	"net/url"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/bothost/bothost/host/httpapi"
)

// TestOddNames checks that every id and name that is allowed works in a path.
func TestOddNames(t *testing.T) {
	t.Parallel()
	for _, name := range []string{
		"a/b", "/", "//", ".", "..", "../a", "a/../b", "%2F", "100%", "a b", " ", "a+b", "?", "#", "a?b#c", "日本 ☎",
		"e\u0301", ";", "{id}", "messages", `"`, "\\", "a\u00a0", "*", strings.Repeat("é", 128),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := newHarness(t, noAuth)
			path := url.PathEscape(name)
			if strings.Trim(name, ".") == "" {
				// Clients and proxies drop these unless their dots are escaped.
				path = strings.ReplaceAll(name, ".", "%2E")
			}
			tenant := call{method: "PUT", target: "/v1/tenants/" + path, body: `{}`}
			if got := h.want(t, 201, tenant)["tenant"]; got != name {
				t.Errorf("the tenant is %q", got)
			}
			h.want(t, 201, post("/v1/tenants/"+path+"/keys", ""))
			encoded := strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(name)
			h.want(t, 200, post("/v1/chat", `{"message":"Hi","conversation_id":"`+encoded+`"}`).with("X-Tenant", name))
			conversation := "/v1/conversations/" + path
			if got := h.want(t, 200, get(conversation).with("X-Tenant", name))["id"]; got != name {
				t.Errorf("the conversation is %q", got)
			}
			h.want(t, 200, get(conversation+"/messages").with("X-Tenant", name))
			h.want(t, 204, call{method: "DELETE", target: "/v1/cache/" + path})
			h.want(t, 200, call{method: "DELETE", target: conversation}.with("X-Tenant", name))
			h.want(t, 204, call{method: "DELETE", target: "/v1/tenants/" + path})
		})
	}
}

// TestNamesThatAreNone checks that a path cannot bring in what a body may not.
func TestNamesThatAreNone(t *testing.T) {
	t.Parallel()
	h := newHarness(t, noAuth)
	for _, path := range []string{"%00", "a%0A", "%FF", "%C3", strings.Repeat("x", 257)} {
		h.want(t, 422, get("/v1/conversations/"+path))
		h.want(t, 422, call{method: "PUT", target: "/v1/tenants/" + path, body: `{}`})
	}
}

func TestNoSuchRoute(t *testing.T) {
	t.Parallel()
	h := newHarness(t, noAuth)
	for _, test := range []struct {
		call   call
		status int
		code   string
		allow  string
	}{
		{call: get("/v1"), status: 404, code: "no_such_route"},
		{call: get("/v1/conversations/a/b"), status: 404, code: "no_such_route"},
		{call: get("/v1/conversations/"), status: 404, code: "no_such_route"},
		{call: get("/v1/chat"), status: 405, code: "method_not_allowed", allow: "POST"},
		{call: call{method: "OPTIONS", target: "/v1/chat"}, status: 405, code: "method_not_allowed", allow: "POST"},
		{call: post("/v1/tenants/a", `{}`), status: 405, code: "method_not_allowed", allow: "DELETE, GET, HEAD, PATCH, PUT"},
	} {
		w := h.do(t, test.call)
		if got := w.Header().Get("Allow"); got != test.allow {
			t.Errorf("%s %s: Allow: %s", test.call.method, test.call.target, got)
		}
		if got := w.Header().Get("Content-Type"); got != "application/problem+json" {
			t.Errorf("%s %s: Content-Type: %s", test.call.method, test.call.target, got)
		}
		if got := code(t, h.want(t, test.status, test.call)); got != test.code {
			t.Errorf("%s %s: %s", test.call.method, test.call.target, got)
		}
	}
}

func TestCacheRoutes(t *testing.T) {
	t.Parallel()
	h := newHarness(t, noAuth)
	for _, tenant := range []string{"a", "b", "a"} {
		h.want(t, 200, post("/v1/chat", `{"message":"Hi"}`).with("X-Tenant", tenant))
	}
	want := map[string]any{
		"tenants": []any{"a", "b"}, "size": 2.0, "max_size": 10.0, "ttl_seconds": 3600.0, "hits": 1.0, "misses": 2.0, "evictions": 0.0,
	}
	if diff := cmp.Diff(want, h.want(t, 200, get("/v1/cache"))); diff != "" {
		t.Errorf("the cache differs:\n%s", diff)
	}
	h.want(t, 204, call{method: "DELETE", target: "/v1/cache/a"})
	if got := h.want(t, 200, get("/v1/cache"))["size"]; got != 1.0 {
		t.Errorf("after a refresh the cache holds %v", got)
	}
	h.want(t, 204, call{method: "DELETE", target: "/v1/cache"})
	if got := h.want(t, 200, get("/v1/cache"))["size"]; got != 0.0 {
		t.Errorf("after clearing it the cache holds %v", got)
	}
}

func TestPluginRoute(t *testing.T) {
	t.Parallel()
	h := newHarness(t, noAuth)
	if diff := cmp.Diff(map[string]any{"items": []any{}, "next": nil}, h.want(t, 200, get("/v1/plugins"))); diff != "" {
		t.Errorf("no plugins differ:\n%s", diff)
	}
	h.plugins = []httpapi.Plugin{{Plugin: "llm-x", Kind: "llm", Name: "x", State: "broken", Reason: "no handshake"}}
	h.want(t, 200, get("/v1/plugins"))
}

func TestDocumentation(t *testing.T) {
	t.Parallel()
	h := newHarness(t, keysAuth)
	if got := h.want(t, 200, get("/openapi.json"))["openapi"]; got != "3.1.0" {
		t.Errorf("openapi: %v", got)
	}
	page := h.do(t, get("/docs"))
	if page.Code != 200 || page.Header().Get("Content-Type") != "text/html; charset=utf-8" || !strings.Contains(page.Body.String(), "/v1/chat") {
		t.Errorf("GET /docs = %d %s", page.Code, page.Header().Get("Content-Type"))
	}
	if got := page.Header().Get("Content-Security-Policy"); !strings.Contains(got, "default-src 'none'") {
		t.Errorf("Content-Security-Policy: %s", got)
	}
}
