package httpapi_test

import (
	"net/http"
	"net/http/httptest"
	"testing"
)

// TestText is text that cannot be kept as it came, wherever it stands.
func TestText(t *testing.T) {
	t.Parallel()
	h := newHarness(t, noAuth)
	chat := func(body string) call { return post("/v1/chat", body) }
	for name, test := range map[string]struct {
		call   call
		status int
	}{
		"path, not UTF-8":             {call: get("/v1/tenants/%ff"), status: 422},
		"path, NUL":                   {call: get("/v1/tenants/%00"), status: 422},
		"path, key":                   {call: call{method: "DELETE", target: "/v1/tenants/a/keys/%ff"}, status: 422},
		"query, not UTF-8":            {call: get("/v1/conversations?user_id=%ff"), status: 422},
		"query, NUL":                  {call: get("/v1/conversations?user_id=%00"), status: 422},
		"query, cursor":               {call: get("/v1/conversations?after=%ff"), status: 422},
		"query, name":                 {call: get("/v1/conversations?%ff=1"), status: 422},
		"query, not escaped":          {call: call{method: "DELETE", target: "/v1/tenants/nobody?purge=%zz"}, status: 422},
		"first half":                  {call: chat(`{"message":"\ud83d"}`), status: 422},
		"first half, then text":       {call: chat(`{"message":"\ud83dx"}`), status: 422},
		"first half, then an escape":  {call: chat(`{"message":"\ud83d\n"}`), status: 422},
		"first half twice":            {call: chat(`{"message":"\ud83d\ud83d"}`), status: 422},
		"second half":                 {call: chat(`{"message":"\uDE00"}`), status: 422},
		"half in metadata":            {call: chat(`{"message":"Hi","metadata":{"\ud800":1}}`), status: 422},
		"half in overrides":           {call: call{method: "PUT", target: "/v1/tenants/c", body: `{"prompts":{"x":"\ud800"}}`}, status: 422},
		"pair":                        {call: chat(`{"message":"\ud83d\ude00"}`), status: 200},
		"pair, in capitals":           {call: chat(`{"message":"\uD83D\uDE00\uD83D\uDE00"}`), status: 200},
		"text that looks like a half": {call: chat(`{"message":"\\ud83d \\\\ud83d"}`), status: 200},
		"other escapes":               {call: chat(`{"message":"\"\\\u00fc\ud7ff\ue000\\"}`), status: 200},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h.want(t, test.status, test.call)
		})
	}
}

// TestUncleanPaths checks that a path which names nothing is not led to a route
// that was not meant.
func TestUncleanPaths(t *testing.T) {
	t.Parallel()
	h := newHarness(t, noAuth)
	for _, target := range []string{
		"//v1/tenants", "/v1/../v1/tenants", "/v1/tenants/.", "/v1/tenants/..", "/v1/conversations//messages", "/v1/tenants//",
	} {
		if got := code(t, h.want(t, http.StatusNotFound, get(target))); got != "no_such_route" {
			t.Errorf("GET %s: %s", target, got)
		}
	}
	for _, target := range []string{"/v1/tenants/%2E", "/v1/tenants/%2e%2e"} {
		h.want(t, http.StatusCreated, call{method: "PUT", target: target, body: `{}`})
		h.want(t, http.StatusOK, get(target))
	}
}

// TestTwoTenants checks that a request cannot name two.
func TestTwoTenants(t *testing.T) {
	t.Parallel()
	h := newHarness(t, noAuth)
	request := post("/v1/chat", `{"message":"Hi"}`).request()
	request.Header.Add("X-Tenant", "b")
	answer := httptest.NewRecorder()
	h.handler.ServeHTTP(answer, request)
	if answer.Code != http.StatusUnprocessableEntity {
		t.Errorf("answered %d: %s", answer.Code, answer.Body)
	}
}
