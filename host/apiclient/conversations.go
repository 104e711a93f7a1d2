package apiclient

import (
	"context"
	"encoding/json"
	"net/http"
)

// Conversation is one of the tenant's. Its times are Unix seconds.
type Conversation struct {
	ID string `json:"id"`
	// Turns is how many it has, whatever became of them.
	Turns     uint64          `json:"turns"`
	UserID    *string         `json:"user_id"`
	Metadata  json.RawMessage `json:"metadata"`
	CreatedAt int64           `json:"created_at"`
	UpdatedAt int64           `json:"updated_at"`
}

// StoredMessage is one message of a conversation. Its time is Unix seconds.
type StoredMessage struct {
	Turn    uint64 `json:"turn"`
	Role    string `json:"role"`
	Content string `json:"content"`
	// Status is that of its turn: complete, pending, failed, interrupted or
	// cancelled.
	Status    string `json:"status"`
	CreatedAt int64  `json:"created_at"`
}

func conversationPath(id string) string { return "/v1/conversations/" + segment(id) }

// ListConversations gives a page of the tenant's conversations, newest first;
// with a user, of that user's.
func (c Client) ListConversations(ctx context.Context, user string, page Page) (List[Conversation], error) {
	query := page.query()
	if user != "" {
		query.Set("user_id", user)
	}
	var found List[Conversation]
	err := c.call(ctx, request{method: http.MethodGet, path: "/v1/conversations", query: query}, &found)
	return found, err
}

// GetConversation finds one conversation.
func (c Client) GetConversation(ctx context.Context, id string) (Conversation, error) {
	var found Conversation
	err := c.call(ctx, request{method: http.MethodGet, path: conversationPath(id)}, &found)
	return found, err
}

// ListMessages gives a page of a conversation's messages, in order.
func (c Client) ListMessages(ctx context.Context, id string, page Page) (List[StoredMessage], error) {
	var found List[StoredMessage]
	err := c.call(ctx, request{
		method: http.MethodGet, path: conversationPath(id) + "/messages", query: page.query(),
	}, &found)
	return found, err
}

// DeleteConversation deletes a conversation with all its messages.
func (c Client) DeleteConversation(ctx context.Context, id string) error {
	return c.call(ctx, request{method: http.MethodDelete, path: conversationPath(id)}, nil)
}
