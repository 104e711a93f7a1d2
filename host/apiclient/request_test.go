package apiclient_test

import (
	"context"
	"encoding/json"
	"net/http"
	"testing"

	"github.com/bothost/bothost/host/apiclient"
)

// TestRequests checks what goes over the wire for each method.
func TestRequests(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		call func(context.Context, apiclient.Client) error
		line string
		body string
	}{
		"chat": {
			call: func(ctx context.Context, c apiclient.Client) error {
				_, err := c.Chat(ctx, apiclient.Message{Text: "hi", ConversationID: "c", UserID: "u", Metadata: json.RawMessage(`{"a":1}`)})
				return err
			},
			line: "POST /v1/chat",
			body: `{"message":"hi","conversation_id":"c","user_id":"u","metadata":{"a":1}}`,
		},
		"list tenants": {
			call: func(ctx context.Context, c apiclient.Client) error {
				_, err := c.ListTenants(ctx, apiclient.Page{Limit: 3, After: "a b"})
				return err
			},
			line: "GET /v1/tenants?after=a+b&limit=3",
		},
		"get a tenant whose name needs escaping": {
			call: func(ctx context.Context, c apiclient.Client) error {
				_, err := c.GetTenant(ctx, "a/b c?", true)
				return err
			},
			line: "GET /v1/tenants/a%2Fb%20c%3F?effective=true",
		},
		"get a tenant whose name has a meaning in a path": {
			call: func(ctx context.Context, c apiclient.Client) error {
				_, err := c.GetTenant(ctx, "..", false)
				return err
			},
			line: "GET /v1/tenants/%2E%2E",
		},
		"put a tenant": {
			call: func(ctx context.Context, c apiclient.Client) error {
				_, err := c.PutTenant(ctx, "a", json.RawMessage(`{"llm":{}}`), apiclient.PutOptions{Restore: true})
				return err
			},
			line: "PUT /v1/tenants/a?restore=true",
			body: `{"llm":{}}`,
		},
		"switch a tenant off": {
			call: func(ctx context.Context, c apiclient.Client) error {
				_, err := c.SetTenantActive(ctx, "a", false)
				return err
			},
			line: "PATCH /v1/tenants/a",
			body: `{"active":false}`,
		},
		"delete a tenant": {
			call: func(ctx context.Context, c apiclient.Client) error { return c.DeleteTenant(ctx, "a", false) },
			line: "DELETE /v1/tenants/a",
		},
		"purge a tenant": {
			call: func(ctx context.Context, c apiclient.Client) error { return c.DeleteTenant(ctx, "a", true) },
			line: "DELETE /v1/tenants/a?purge=true",
		},
		"create a key": {
			call: func(ctx context.Context, c apiclient.Client) error {
				_, err := c.CreateKey(ctx, "a")
				return err
			},
			line: "POST /v1/tenants/a/keys",
		},
		"list keys": {
			call: func(ctx context.Context, c apiclient.Client) error {
				_, err := c.ListKeys(ctx, "a")
				return err
			},
			line: "GET /v1/tenants/a/keys",
		},
		"revoke a key": {
			call: func(ctx context.Context, c apiclient.Client) error { return c.RevokeKey(ctx, "a", "k/1") },
			line: "DELETE /v1/tenants/a/keys/k%2F1",
		},
		"list conversations of a user": {
			call: func(ctx context.Context, c apiclient.Client) error {
				_, err := c.ListConversations(ctx, "u", apiclient.Page{})
				return err
			},
			line: "GET /v1/conversations?user_id=u",
		},
		"get a conversation": {
			call: func(ctx context.Context, c apiclient.Client) error {
				_, err := c.GetConversation(ctx, "c 1")
				return err
			},
			line: "GET /v1/conversations/c%201",
		},
		"list messages": {
			call: func(ctx context.Context, c apiclient.Client) error {
				_, err := c.ListMessages(ctx, "c", apiclient.Page{Limit: 1})
				return err
			},
			line: "GET /v1/conversations/c/messages?limit=1",
		},
		"delete a conversation": {
			call: func(ctx context.Context, c apiclient.Client) error { return c.DeleteConversation(ctx, "c") },
			line: "DELETE /v1/conversations/c",
		},
		"ask for the cache": {
			call: func(ctx context.Context, c apiclient.Client) error {
				_, err := c.Cache(ctx)
				return err
			},
			line: "GET /v1/cache",
		},
		"clear the cache": {
			call: func(ctx context.Context, c apiclient.Client) error { return c.ClearCache(ctx) },
			line: "DELETE /v1/cache",
		},
		"refresh a tenant": {
			call: func(ctx context.Context, c apiclient.Client) error { return c.RefreshTenant(ctx, "a") },
			line: "DELETE /v1/cache/a",
		},
		"list plugins": {
			call: func(ctx context.Context, c apiclient.Client) error {
				_, err := c.ListPlugins(ctx)
				return err
			},
			line: "GET /v1/plugins",
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			client, asked := answering(t, http.StatusOK, "application/json", "{}")
			if err := test.call(t.Context(), client); err != nil {
				t.Fatal(err)
			}
			if asked.line != test.line || asked.body != test.body {
				t.Errorf("got %s with %q, want %s with %q", asked.line, asked.body, test.line, test.body)
			}
			if isJSON := asked.header.Get("Content-Type") == "application/json"; isJSON != (test.body != "") {
				t.Errorf("Content-Type is %q with body %q", asked.header.Get("Content-Type"), test.body)
			}
		})
	}
}

func TestHeaders(t *testing.T) {
	t.Parallel()
	client, asked := answering(t, http.StatusOK, "application/json", "{}")
	client.Key, client.Tenant = "secret", "client-a"
	if _, err := client.Chat(t.Context(), apiclient.Message{Text: "hi", IdempotencyKey: "once"}); err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]string{"Authorization": "Bearer secret", "X-Tenant": "client-a", "Idempotency-Key": "once"} {
		if got := asked.header.Get(name); got != want {
			t.Errorf("%s: got %q, want %q", name, got, want)
		}
	}
	if _, err := client.PutTenant(t.Context(), "a", json.RawMessage("{}"), apiclient.PutOptions{IfRevision: 3}); err != nil {
		t.Fatal(err)
	}
	if got := asked.header.Get("If-Match"); got != `"3"` {
		t.Errorf("If-Match: got %s", got)
	}
	client.Key, client.Tenant = "", ""
	if _, err := client.Cache(t.Context()); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"Authorization", "X-Tenant"} {
		if got, ok := asked.header[name]; ok {
			t.Errorf("%s was sent: %q", name, got)
		}
	}
}
