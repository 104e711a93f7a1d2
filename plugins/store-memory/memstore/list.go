package memstore

import (
	"bytes"
	"context"
	"slices"

	"github.com/bothost/bothost/sdk/store"
)

// GetConversation implements store.Conversations.
func (s *Store) GetConversation(_ context.Context, scope store.Scope) (store.Conversation, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	c, err := s.existing(scope)
	if err != nil {
		return store.Conversation{}, err
	}
	return c.described(), nil
}

// ListConversations implements store.Conversations.
func (s *Store) ListConversations(_ context.Context, request store.ListConversations) (store.Page[store.Conversation], error) {
	isAfter, err := afterConversation(request.After)
	if err != nil {
		return store.Page[store.Conversation]{}, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	var rest []store.Conversation
	for _, c := range s.tenants[request.Tenant] {
		if d := c.described(); (request.UserID == "" || d.UserID == request.UserID) && isAfter(d) {
			rest = append(rest, d)
		}
	}
	slices.SortFunc(rest, byActivity)
	return pageOf(rest, request.Limit, conversationSize, conversationCursor)
}

// ListMessages implements store.Conversations.
func (s *Store) ListMessages(_ context.Context, request store.ListMessages) (store.Page[store.StoredMessage], error) {
	isAfter, err := afterMessage(request.After)
	if err != nil {
		return store.Page[store.StoredMessage]{}, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	c, err := s.existing(request.Scope)
	if err != nil {
		return store.Page[store.StoredMessage]{}, err
	}
	var rest []store.StoredMessage
	for _, m := range s.transcript(c) {
		if isAfter(m) {
			rest = append(rest, m)
		}
	}
	return pageOf(rest, request.Limit, messageSize, messageCursor)
}

func (s *Store) transcript(c *conversation) []store.StoredMessage {
	at := now()
	var all []store.StoredMessage
	for _, t := range c.turns {
		for i, m := range t.messages {
			created := t.started
			if i > 0 {
				created = t.ended
			}
			all = append(all, store.StoredMessage{
				Turn: t.number, Index: i, Status: s.statusOf(t, at), Message: m, Created: created,
			})
		}
	}
	return all
}

func (c *conversation) described() store.Conversation {
	return store.Conversation{
		ID: c.id, Turns: uint64(len(c.turns)), UserID: c.userID, Metadata: bytes.Clone(c.metadata),
		Created: c.created, Updated: c.updated,
	}
}
