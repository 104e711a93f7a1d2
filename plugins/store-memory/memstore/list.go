package memstore

import (
	"bytes"
	"cmp"
	"context"
	"slices"
	"strconv"

	"github.com/bothost/bothost/sdk/store"
	"github.com/bothost/bothost/sdk/store/cursor"
)

// The names of the lists, for their cursors.
const (
	conversationList = "conversations"
	messageList      = "messages"
	tenantList       = "tenants"
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
	after, err := decodePlace(request.After)
	if err != nil {
		return store.Page[store.Conversation]{}, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	var found []*conversation
	for _, c := range s.tenants[request.Tenant] {
		if (request.UserID == "" || c.userID == request.UserID) && (after == nil || after.before(c.place())) {
			found = append(found, c)
		}
	}
	slices.SortFunc(found, func(a, b *conversation) int { return a.place().compare(b.place()) })
	var page store.Page[store.Conversation]
	for i, c := range found {
		if i == request.Limit {
			page.Next = found[i-1].place().encode()
			break
		}
		page.Items = append(page.Items, c.described())
	}
	return page, nil
}

// ListMessages implements store.Conversations.
func (s *Store) ListMessages(_ context.Context, request store.ListMessages) (store.Page[store.StoredMessage], error) {
	skip, err := decodeCount(request.After)
	if err != nil {
		return store.Page[store.StoredMessage]{}, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	c, err := s.existing(request.Scope)
	if err != nil {
		return store.Page[store.StoredMessage]{}, err
	}
	all := s.transcript(c)
	from := min(skip, len(all))
	to := min(from+request.Limit, len(all))
	page := store.Page[store.StoredMessage]{Items: all[from:to]}
	if to < len(all) {
		page.Next = cursor.Encode(messageList, strconv.Itoa(to))
	}
	return page, nil
}

// transcript only grows at its end, but for the replies of the pending turn,
// which is the last: so a count of messages is a stable place in it.
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

func decodeCount(after string) (int, error) {
	if after == "" {
		return 0, nil
	}
	fields, err := cursor.Decode(messageList, after, 1)
	if err != nil {
		return 0, err
	}
	return strconv.Atoi(fields[0])
}

func (c *conversation) described() store.Conversation {
	return store.Conversation{
		ID: c.id, Turns: uint64(len(c.turns)), UserID: c.userID, Metadata: bytes.Clone(c.metadata),
		Created: c.created, Updated: c.updated,
	}
}

// place is where a conversation stands in a list: newest activity first.
type place struct {
	updated int64
	id      string
}

func (c *conversation) place() place { return place{c.updated.UnixNano(), c.id} }

func (p place) compare(q place) int {
	return cmp.Or(cmp.Compare(q.updated, p.updated), cmp.Compare(q.id, p.id))
}

func (p place) before(q place) bool { return p.compare(q) < 0 }

func (p place) encode() string {
	return cursor.Encode(conversationList, strconv.FormatInt(p.updated, 10), p.id)
}

// decodePlace gives nil for the start of the list.
func decodePlace(after string) (*place, error) {
	if after == "" {
		return nil, nil
	}
	fields, err := cursor.Decode(conversationList, after, 2)
	if err != nil {
		return nil, err
	}
	updated, err := strconv.ParseInt(fields[0], 10, 64)
	if err != nil {
		return nil, err
	}
	return &place{updated, fields[1]}, nil
}
