package sqlite

import (
	"context"
	"errors"
	"fmt"
	"math"
	"strconv"

	"github.com/bothost/bothost/plugins/store-sqlite/internal/engine"
	"github.com/bothost/bothost/sdk/fault"
	"github.com/bothost/bothost/sdk/store"
	"github.com/bothost/bothost/sdk/store/cursor"
)

const conversationList = "conversations"

const selectConversation = `
	SELECT conversation, last_turn, user_id, metadata, created_at, updated_at FROM conversations `

const selectOneConversation = selectConversation + `WHERE tenant = ?1 AND conversation = ?2`

// GetConversation implements store.Conversations.
func (s *Store) GetConversation(ctx context.Context, scope store.Scope) (conversation store.Conversation, err error) {
	err = s.read(ctx, fmt.Sprintf("get conversation %q", scope.Conversation), func(c *engine.Connection) error {
		found, err := c.First(func(row engine.Row) { conversation = conversationOf(row) },
			selectOneConversation, scope.Tenant, scope.Conversation)
		if err == nil && !found {
			return noConversation(scope)
		}
		return err
	})
	return conversation, err
}

// The lists are read backwards from a place, each along its index.
const (
	selectConversations = selectConversation + `
		WHERE tenant = ?1 AND (updated_at, conversation) < (?2, ?3)
		ORDER BY updated_at DESC, conversation DESC LIMIT ?4`
	selectConversationsOfUser = selectConversation + `
		WHERE tenant = ?1 AND user_id = ?5 AND user_id <> '' AND (updated_at, conversation) < (?2, ?3)
		ORDER BY updated_at DESC, conversation DESC LIMIT ?4`
)

func conversations() list[store.Conversation] {
	return list[store.Conversation]{
		scan: func(row engine.Row) (store.Conversation, error) { return conversationOf(row), nil },
		size: func(c store.Conversation) int { return len(c.Metadata) },
		cursor: func(c store.Conversation) string {
			return cursor.Encode(conversationList, strconv.FormatInt(c.Updated.UnixNano(), 10), c.ID)
		},
	}
}

// ListConversations implements store.Conversations.
func (s *Store) ListConversations(ctx context.Context, request store.ListConversations) (page store.Page[store.Conversation], err error) {
	updated, id, err := conversationPlace(request.After)
	if err = errors.Join(err, checkLimit(request.Limit)); err != nil {
		return page, err
	}
	query, arguments := selectConversations, []any{request.Tenant, updated, id, request.Limit + 1}
	if request.UserID != "" {
		query, arguments = selectConversationsOfUser, append(arguments, request.UserID)
	}
	err = s.read(ctx, "list conversations", func(c *engine.Connection) (err error) {
		page, err = conversations().page(c.Rows(query, arguments...), request.Limit)
		return err
	})
	return page, err
}

// conversationPlace is where a page begins: right after this place, in a list
// that begins with what is newest.
func conversationPlace(after string) (updated int64, id string, err error) {
	if after == "" {
		return math.MaxInt64, "", nil
	}
	fields, err := cursor.Decode(conversationList, after, 2)
	if err != nil {
		return 0, "", err
	}
	updated, err = strconv.ParseInt(fields[0], 10, 64)
	return updated, fields[1], err
}

func conversationOf(row engine.Row) store.Conversation {
	return store.Conversation{
		ID: row.Text(0), Turns: uint64(row.Int(1)), UserID: row.Text(2), Metadata: row.Blob(3),
		Created: timeOf(row.Int(4)), Updated: timeOf(row.Int(5)),
	}
}

func noConversation(scope store.Scope) error {
	return fault.New(fault.NotFound, "there is no conversation %q", scope.Conversation)
}
