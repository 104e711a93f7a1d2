package httpapi_test

import (
	"strconv"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/bothost/bothost/host/registry"
	"github.com/bothost/bothost/sdk/store"
)

var fileTenant = registry.Tenant{Name: "mine", File: "tenants.d/mine.yaml", Active: true, Config: []byte(`{}`)}

func TestLimits(t *testing.T) {
	t.Parallel()
	h := newHarness(t, noAuth)
	h.want(t, 200, post("/v1/chat", `{"message":"Hi","conversation_id":"c1"}`))
	for _, target := range []string{"/v1/conversations", "/v1/conversations/c1/messages", "/v1/tenants"} {
		for query, want := range map[string]int{
			"": 200, "?limit=1": 200, "?limit=200": 200, "?limit=": 200,
			"?limit=0": 422, "?limit=201": 422, "?limit=-1": 422, "?limit=x": 422, "?limit=1.5": 422, "?limit=99999999999999999999": 422,
		} {
			t.Run(target+query, func(t *testing.T) {
				t.Parallel()
				h.want(t, want, get(target+query))
			})
		}
	}
}

// TestPagesAreAskedFor checks what the store is asked for.
func TestPagesAreAskedFor(t *testing.T) {
	t.Parallel()
	h := newHarness(t, noAuth)
	h.want(t, 200, post("/v1/chat", `{"message":"Hi","conversation_id":"c1"}`))
	h.want(t, 200, get("/v1/conversations"))
	h.want(t, 200, get("/v1/conversations?limit=7&after=x%2F%2By&user_id=ann"))
	h.want(t, 200, get("/v1/conversations/c1/messages?limit=7&after=y"))
	wantLists := []store.ListConversations{{Tenant: "a", Limit: 50}, {Tenant: "a", Limit: 7, After: "x/+y", UserID: "ann"}}
	if diff := cmp.Diff(wantLists, h.store.lists); diff != "" {
		t.Errorf("the lists differ:\n%s", diff)
	}
	wantMessages := []store.ListMessages{{Scope: store.Scope{Tenant: "a", Conversation: "c1"}, Limit: 7, After: "y"}}
	if diff := cmp.Diff(wantMessages, h.store.messages); diff != "" {
		t.Errorf("the transcripts differ:\n%s", diff)
	}
}

func TestConversationRoutes(t *testing.T) {
	t.Parallel()
	h := newHarness(t, noAuth)
	h.want(t, 200, post("/v1/chat", `{"message":"Hi","conversation_id":"c1","user_id":"ann","metadata":{"a":1}}`))
	conversation := map[string]any{
		"id": "c1", "object": "conversation", "turns": 1.0, "user_id": "ann", "metadata": map[string]any{"a": 1.0},
		"created_at": 1000.0, "updated_at": 2000.0,
	}
	message := func(role, content string) any {
		return map[string]any{"turn": 1.0, "role": role, "content": content, "status": "complete", "created_at": 3000.0}
	}
	for _, step := range []struct {
		call call
		want map[string]any
	}{
		{get("/v1/conversations/c1"), conversation},
		{get("/v1/conversations"), map[string]any{"items": []any{conversation}, "next": nil}},
		{
			get("/v1/conversations/c1/messages"),
			map[string]any{"items": []any{message("user", "Hi"), message("assistant", "You said: Hi")}, "next": "more"},
		},
		{call{method: "DELETE", target: "/v1/conversations/c1"}, map[string]any{"id": "c1", "object": "conversation.deleted", "deleted": true}},
		{get("/v1/conversations"), map[string]any{"items": []any{}, "next": nil}},
	} {
		if diff := cmp.Diff(step.want, h.want(t, 200, step.call)); diff != "" {
			t.Errorf("%s %s differs:\n%s", step.call.method, step.call.target, diff)
		}
	}
	h.want(t, 404, get("/v1/conversations/c1"))
}

// TestBareConversation has no user and no metadata.
func TestBareConversation(t *testing.T) {
	t.Parallel()
	h := newHarness(t, noAuth)
	h.want(t, 200, post("/v1/chat", `{"message":"Hi","conversation_id":"c1","user_id":null}`))
	body := h.want(t, 200, get("/v1/conversations/c1"))
	if diff := cmp.Diff(map[string]any{}, body["metadata"]); diff != "" || body["user_id"] != nil {
		t.Errorf("the conversation is %v", body)
	}
}

func TestTenantRoutes(t *testing.T) {
	t.Parallel()
	h := newHarness(t, noAuth)
	h.files["mine"] = fileTenant
	put := func(body string) call { return call{method: "PUT", target: "/v1/tenants/c", body: body} }
	created := h.do(t, put(`{"memory":{"max_messages":10}}`))
	if created.Code != 201 {
		t.Fatalf("PUT = %d %s", created.Code, created.Body)
	}
	etag := created.Header().Get("ETag")
	body := h.want(t, 200, get("/v1/tenants/c?effective=true"))
	if diff := cmp.Diff(map[string]any{"memory": map[string]any{"max_messages": 10.0}}, body["config"]); diff != "" {
		t.Errorf("the overrides differ:\n%s", diff)
	}
	if diff := cmp.Diff(map[string]any{"of": "c"}, body["effective"]); diff != "" || etag != `"`+number(body["revision"])+`"` {
		t.Errorf("ETag %s of %v", etag, body)
	}
	h.want(t, 412, put(`{}`).with("If-None-Match", "*"))
	h.want(t, 200, put(`{}`).with("If-Match", etag))
	h.want(t, 412, put(`{}`).with("If-Match", etag))
	listed := h.want(t, 200, get("/v1/tenants?limit=2"))
	h.want(t, 200, get("/v1/tenants?after="+listed["next"].(string)))
	h.want(t, 422, get("/v1/tenants?after=none"))
	h.want(t, 204, call{method: "DELETE", target: "/v1/tenants/c"})
	h.want(t, 404, get("/v1/tenants/c"))
	if got := code(t, h.want(t, 409, put(`{}`))); got != "tenant_deleted" {
		t.Errorf("a deleted name is refused as %s", got)
	}
	h.want(t, 201, call{method: "PUT", target: "/v1/tenants/c?restore=true", body: `{}`})
	h.want(t, 204, call{method: "DELETE", target: "/v1/tenants/c?purge=true"})
	h.want(t, 201, put(`{}`))
	file := h.do(t, get("/v1/tenants/mine"))
	if file.Code != 200 || file.Header().Get("ETag") != "" {
		t.Errorf("a file's tenant: %d, ETag %s", file.Code, file.Header().Get("ETag"))
	}
}

func number(value any) string {
	n, _ := value.(float64)
	return strconv.FormatFloat(n, 'f', -1, 64)
}

func TestKeyRoutes(t *testing.T) {
	t.Parallel()
	h := newHarness(t, keysAuth)
	admin := func(c call) call { return c.with("Authorization", "Bearer "+adminKey).with("X-Tenant", "") }
	key := h.want(t, 201, admin(post("/v1/tenants/a/keys", "")))
	say := get("/v1/conversations").with("Authorization", "Bearer "+key["key"].(string)).with("X-Tenant", "")
	h.want(t, 200, say)
	listed := h.want(t, 200, admin(get("/v1/tenants/a/keys")))
	delete(key, "key")
	if diff := cmp.Diff(map[string]any{"items": []any{key}, "next": nil}, listed); diff != "" {
		t.Errorf("the list differs, or tells the key:\n%s", diff)
	}
	revoke := admin(call{method: "DELETE", target: "/v1/tenants/a/keys/" + key["id"].(string)})
	h.want(t, 204, revoke)
	h.want(t, 401, say)
	h.want(t, 404, revoke)
}
