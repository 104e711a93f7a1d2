package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"math"
	"strconv"

	"github.com/bothost/bothost/sdk/fault"
	"github.com/bothost/bothost/sdk/store"
	"github.com/bothost/bothost/sdk/store/cursor"
)

const conversationList = "conversations"

const selectConversation = `
	SELECT conversation, last_turn, user_id, metadata, created_at, updated_at FROM conversations `

// GetConversation implements store.Conversations.
func (s *Store) GetConversation(ctx context.Context, scope store.Scope) (found store.Conversation, err error) {
	err = s.read(fmt.Sprintf("get conversation %q", scope.Conversation), func(db *sql.DB) (err error) {
		found, err = scanConversation(db.QueryRowContext(ctx,
			selectConversation+`WHERE tenant = ?1 AND conversation = ?2`, scope.Tenant, scope.Conversation))
		if errors.Is(err, sql.ErrNoRows) {
			return noConversation(scope)
		}
		return err
	})
	return found, err
}

// The lists are read backwards from a place, each along its index.
const (
	selectConversations = selectConversation + `
		WHERE tenant = ?1 AND (updated_at, conversation) < (?2, ?3)
		ORDER BY updated_at DESC, conversation DESC LIMIT ?4`
	selectConversationsOfUser = selectConversation + `
		WHERE tenant = ?1 AND user_id = ?4 AND user_id <> '' AND (updated_at, conversation) < (?2, ?3)
		ORDER BY updated_at DESC, conversation DESC LIMIT ?5`
)

func conversations() list[store.Conversation] {
	return list[store.Conversation]{
		scan: scanConversation,
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
	query, arguments := selectConversations, values(request.Tenant, updated, id)
	if request.UserID != "" {
		query, arguments = selectConversationsOfUser, append(arguments, request.UserID)
	}
	err = s.read("list conversations", func(db *sql.DB) (err error) {
		page, err = conversations().page(ctx, db, request.Limit, query, arguments...)
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

func scanConversation(row scanner) (c store.Conversation, err error) {
	var turns, created, updated int64
	err = row.Scan(&c.ID, &turns, &c.UserID, &c.Metadata, &created, &updated)
	c.Turns, c.Created, c.Updated = uint64(turns), timeOf(created), timeOf(updated)
	return c, err
}

func noConversation(scope store.Scope) error {
	return fault.New(fault.NotFound, "there is no conversation %q", scope.Conversation)
}
