package httpapi

import (
	"context"
	"encoding/json"
	"net/http"
	"time"

	"github.com/bothost/bothost/host/registry"
	"github.com/bothost/bothost/sdk/store"
)

type conversation struct {
	ID        string          `json:"id"`
	Object    string          `json:"object"`
	Turns     uint64          `json:"turns"`
	UserID    *string         `json:"user_id"`
	Metadata  json.RawMessage `json:"metadata"`
	CreatedAt int64           `json:"created_at"`
	UpdatedAt int64           `json:"updated_at"`
}

func toConversation(c store.Conversation) conversation {
	out := conversation{
		ID: c.ID, Object: "conversation", Turns: c.Turns, Metadata: c.Metadata,
		CreatedAt: c.Created.Unix(), UpdatedAt: c.Updated.Unix(),
	}
	if c.UserID != "" {
		out.UserID = &c.UserID
	}
	if len(out.Metadata) == 0 {
		out.Metadata = json.RawMessage("{}")
	}
	return out
}

func (a *api) listConversations(w http.ResponseWriter, r *http.Request, tenant string) error {
	limit, after, err := page(r)
	if err != nil {
		return err
	}
	request := store.ListConversations{Tenant: tenant, UserID: r.URL.Query().Get("user_id"), Limit: limit, After: after}
	var found store.Page[store.Conversation]
	err = a.Registry.UseConversations(r.Context(), tenant, func(ctx context.Context, s store.Conversations) (err error) {
		found, err = s.ListConversations(ctx, request)
		return err
	})
	if err != nil {
		return err
	}
	items := make([]conversation, len(found.Items))
	for i, c := range found.Items {
		items[i] = toConversation(c)
	}
	return reply(w, http.StatusOK, listOf(items, found.Next))
}

// scope names the conversation of a request's path.
func scope(r *http.Request, tenant string) (store.Scope, error) {
	id := pathName(r, "id")
	return store.Scope{Tenant: tenant, Conversation: id}, registry.CheckName("conversation id", id)
}

func (a *api) getConversation(w http.ResponseWriter, r *http.Request, tenant string) error {
	name, err := scope(r, tenant)
	if err != nil {
		return err
	}
	var found store.Conversation
	err = a.Registry.UseConversations(r.Context(), tenant, func(ctx context.Context, s store.Conversations) (err error) {
		found, err = s.GetConversation(ctx, name)
		return err
	})
	if err != nil {
		return err
	}
	return reply(w, http.StatusOK, toConversation(found))
}

type storedMessage struct {
	Turn      uint64       `json:"turn"`
	Role      string       `json:"role"`
	Content   string       `json:"content"`
	Status    store.Status `json:"status"`
	CreatedAt int64        `json:"created_at"`
}

func (a *api) listMessages(w http.ResponseWriter, r *http.Request, tenant string) error {
	name, err := scope(r, tenant)
	if err != nil {
		return err
	}
	limit, after, err := page(r)
	if err != nil {
		return err
	}
	var found store.Page[store.StoredMessage]
	err = a.Registry.UseConversations(r.Context(), tenant, func(ctx context.Context, s store.Conversations) (err error) {
		found, err = s.ListMessages(ctx, store.ListMessages{Scope: name, Limit: limit, After: after})
		return err
	})
	if err != nil {
		return err
	}
	items := make([]storedMessage, len(found.Items))
	for i, m := range found.Items {
		items[i] = storedMessage{
			Turn: m.Turn, Role: string(m.Message.Role), Content: m.Message.Text(),
			Status: m.Status, CreatedAt: m.Created.Unix(),
		}
	}
	return reply(w, http.StatusOK, listOf(items, found.Next))
}

func (a *api) deleteConversation(w http.ResponseWriter, r *http.Request, tenant string) error {
	name, err := scope(r, tenant)
	if err != nil {
		return err
	}
	if err := a.Registry.DeleteConversation(r.Context(), name); err != nil {
		return err
	}
	return reply(w, http.StatusOK, struct {
		ID      string `json:"id"`
		Object  string `json:"object"`
		Deleted bool   `json:"deleted"`
	}{name.Conversation, "conversation.deleted", true})
}

// rfc3339 is how times are told outside the conversations' routes; a time that
// is not known is null.
func rfc3339(t time.Time) *string {
	if t.IsZero() {
		return nil
	}
	text := t.UTC().Format(time.RFC3339Nano)
	return &text
}
