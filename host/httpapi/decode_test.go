package httpapi_test

import (
	"fmt"
	"strings"
	"testing"
)

// TestBodies are bodies that are refused, by the word and the key that are told.
func TestBodies(t *testing.T) {
	t.Parallel()
	h := newHarness(t, noAuth)
	h.files["mine"] = fileTenant
	put := func(body string) call { return call{method: "PUT", target: "/v1/tenants/c", body: body} }
	patch := func(body string) call { return call{method: "PATCH", target: "/v1/tenants/a", body: body} }
	chat := func(body string) call { return post("/v1/chat", body) }
	for name, test := range map[string]struct {
		call   call
		status int
		code   string
		key    string
	}{
		"nothing":                  {call: chat(``), status: 400, code: "malformed"},
		"half":                     {call: chat(`{"message":"Hi"`), status: 400, code: "malformed"},
		"two":                      {call: chat(`{"message":"Hi"}{}`), status: 400, code: "malformed"},
		"a brace too many":         {call: chat(`{"message":"Hi"}}`), status: 400, code: "malformed"},
		"a bracket too many":       {call: chat(`{"message":"Hi"} ]`), status: 400, code: "malformed"},
		"a list":                   {call: chat(`[]`), status: 422, code: "invalid"},
		"null":                     {call: chat(`null`), status: 422, code: "invalid", key: "message"},
		"wrong type":               {call: chat(`{"message":1}`), status: 422, code: "invalid", key: "message"},
		"wrong type of a flag":     {call: chat(`{"message":"Hi","stream":"yes"}`), status: 422, code: "invalid", key: "stream"},
		"unknown key":              {call: chat(`{"message":"Hi","tenant":"b"}`), status: 422, code: "invalid", key: "tenant"},
		"unknown quoted key":       {call: chat(`{"message":"Hi","a\"b":1}`), status: 422, code: "invalid", key: `a"b`},
		"given twice":              {call: chat(`{"message":"Hi","message":"Ho"}`), status: 422, code: "invalid", key: "message"},
		"known but for capitals":   {call: chat(`{"Message":"Hi"}`), status: 422, code: "invalid", key: "Message"},
		"known but for old letter": {call: chat(`{"me\u017fsage":"Hi"}`), status: 422, code: "invalid", key: "me\u017fsage"},
		"no message":               {call: chat(`{}`), status: 422, code: "invalid", key: "message"},
		"NUL":                      {call: chat(`{"message":"\u0000"}`), status: 422, code: "invalid", key: "message"},
		"not UTF-8":                {call: chat("{\"message\":\"\xff\"}"), status: 422, code: "invalid"},
		"metadata list":            {call: chat(`{"message":"Hi","metadata":[1]}`), status: 422, code: "invalid", key: "metadata"},
		"metadata null":            {call: chat(`{"message":"Hi","metadata":null}`), status: 422, code: "invalid", key: "metadata"},
		"long id":                  {call: chat(`{"message":"Hi","conversation_id":"` + strings.Repeat("x", 257) + `"}`), status: 422, code: "invalid", key: "conversation_id"},
		"long idempotency key":     {call: chat(`{"message":"Hi"}`).with("Idempotency-Key", strings.Repeat("x", 257)), status: 422, code: "invalid", key: "Idempotency-Key"},
		"too large":                {call: chat(`{"message":"` + strings.Repeat("x", 1<<20) + `"}`), status: 413, code: "too_large"},
		"form":                     {call: chat(`{"message":"Hi"}`).with("Content-Type", "text/plain"), status: 415, code: "not_json"},
		"untyped":                  {call: chat(`{"message":"Hi"}`).with("Content-Type", ""), status: 415, code: "not_json"},
		"overrides, nothing":       {call: put(``), status: 400, code: "malformed"},
		"overrides, half":          {call: put(`{"llm":`), status: 400, code: "malformed"},
		"overrides, too much":      {call: put(`{}}`), status: 400, code: "malformed"},
		"overrides, wrong":         {call: put(`{"wrong":{}}`), status: 422, code: "invalid", key: "wrong.one"},
		"overrides, form":          {call: put(`{}`).with("Content-Type", "application/x-www-form-urlencoded"), status: 415, code: "not_json"},
		"overrides, too large":     {call: put(`{"a":"` + strings.Repeat("x", 1<<20) + `"}`), status: 413, code: "too_large"},
		"overrides, of a file":     {call: call{method: "PUT", target: "/v1/tenants/mine", body: `{}`}, status: 409, code: "tenant_in_file"},
		"patch, nothing":           {call: patch(`{}`), status: 422, code: "invalid", key: "active"},
		"patch, null":              {call: patch(`{"active":null}`), status: 422, code: "invalid", key: "active"},
		"patch, wrong":             {call: patch(`{"active":1}`), status: 422, code: "invalid", key: "active"},
		"patch, more":              {call: patch(`{"active":true,"name":"x"}`), status: 422, code: "invalid", key: "name"},
		"patch, of a file":         {call: call{method: "PATCH", target: "/v1/tenants/mine", body: `{"active":false}`}, status: 409, code: "tenant_in_file"},
		"flag that is none":        {call: call{method: "DELETE", target: "/v1/tenants/a?purge=1"}, status: 422, code: "invalid", key: "purge"},
		"condition that is none":   {call: put(`{}`).with("If-Match", "new"), status: 422, code: "invalid", key: "If-Match"},
		"condition of revision 0":  {call: put(`{}`).with("If-Match", `"0"`), status: 422, code: "invalid", key: "If-Match"},
		"condition not understood": {call: put(`{}`).with("If-None-Match", `"3"`), status: 422, code: "invalid", key: "If-None-Match"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			body := h.want(t, test.status, test.call)
			if got := code(t, body); got != test.code {
				t.Errorf("refused as %s, want %s", got, test.code)
			}
			key := ""
			if errors, ok := body["errors"].([]any); ok {
				first, _ := errors[0].(map[string]any)
				key = fmt.Sprint(first["key"])
			}
			if key != test.key {
				t.Errorf("the key %q is named, want %q: %v", key, test.key, body)
			}
		})
	}
}

// TestBodyAtTheLimit is taken.
func TestBodyAtTheLimit(t *testing.T) {
	t.Parallel()
	h := newHarness(t, noAuth)
	frame := `{"message":""}`
	h.want(t, 200, post("/v1/chat", `{"message":"`+strings.Repeat("x", 1<<20-len(frame))+`"}`))
	h.want(t, 200, post("/v1/chat", `{"message":"Hi"}`).with("Content-Type", "application/json; charset=utf-8"))
}

func TestAllWrongKeysAreNamed(t *testing.T) {
	t.Parallel()
	h := newHarness(t, noAuth)
	body := h.want(t, 422, call{method: "PUT", target: "/v1/tenants/c", body: `{"wrong":{}}`})
	if got := fmt.Sprint(body["errors"]); got != "[map[key:wrong.one message:is no key] map[key:wrong.two message:must be a number]]" {
		t.Errorf("errors: %s", got)
	}
}
