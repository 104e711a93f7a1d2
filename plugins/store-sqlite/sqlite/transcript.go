package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strconv"

	"github.com/bothost/bothost/sdk/store"
	"github.com/bothost/bothost/sdk/store/cursor"
)

const messageList = "messages"

// selectTranscript tells a pending turn that can be taken over as interrupted.
const selectTranscript = `
	SELECT m.turn, m.position, m.role, m.parts, m.created_at,
	       CASE WHEN t.status = 'pending' AND ` + isDead + ` THEN 'interrupted' ELSE t.status END
	FROM messages m
	JOIN turns t ON t.tenant = m.tenant AND t.conversation = m.conversation AND t.turn = m.turn
	WHERE m.tenant = ?1 AND m.conversation = ?2 AND (m.turn, m.position) > (?4, ?5)
	ORDER BY m.turn, m.position LIMIT ?6`

func messages() list[store.StoredMessage] {
	return list[store.StoredMessage]{
		scan: scanMessage,
		size: func(m store.StoredMessage) int { return m.Message.Size() },
		cursor: func(m store.StoredMessage) string {
			return cursor.Encode(messageList, strconv.FormatUint(m.Turn, 10), strconv.Itoa(m.Index))
		},
	}
}

// ListMessages implements store.Conversations.
func (s *Store) ListMessages(ctx context.Context, request store.ListMessages) (page store.Page[store.StoredMessage], err error) {
	turn, position, err := messagePlace(request.After)
	if err = errors.Join(err, checkLimit(request.Limit)); err != nil {
		return page, err
	}
	attempt := fmt.Sprintf("list messages of conversation %q", request.Conversation)
	err = s.read(attempt, func(db *sql.DB) (err error) {
		page, err = messages().page(ctx, db, request.Limit, selectTranscript,
			request.Tenant, request.Conversation, now().UnixNano(), turn, position)
		return err
	})
	if err == nil && len(page.Items) == 0 {
		// A conversation has messages from its first moment on: it is not
		// there, unless the page is the one after its last.
		_, err = s.GetConversation(ctx, request.Scope)
	}
	return page, err
}

// messagePlace is where a page begins: right after this place.
func messagePlace(after string) (turn, position int64, err error) {
	if after == "" {
		return 0, 0, nil
	}
	fields, err := cursor.Decode(messageList, after, 2)
	if err != nil {
		return 0, 0, err
	}
	turn, turnErr := strconv.ParseInt(fields[0], 10, 64)
	position, positionErr := strconv.ParseInt(fields[1], 10, 64)
	return turn, position, errors.Join(turnErr, positionErr)
}

func scanMessage(row scanner) (m store.StoredMessage, err error) {
	var content stored
	var created int64
	if err := row.Scan(&m.Turn, &m.Index, &content.role, &content.parts, &created, &m.Status); err != nil {
		return m, err
	}
	m.Created = timeOf(created)
	m.Message, err = content.message()
	return m, err
}
