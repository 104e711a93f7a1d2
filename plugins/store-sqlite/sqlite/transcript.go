package sqlite

import (
	"context"
	"errors"
	"fmt"
	"strconv"

	"github.com/bothost/bothost/plugins/store-sqlite/internal/engine"
	"github.com/bothost/bothost/sdk/store"
	"github.com/bothost/bothost/sdk/store/cursor"
)

const messageList = "messages"

// selectTranscript tells a pending turn that can be taken over as interrupted.
const selectTranscript = `
	SELECT t.turn, t.position, t.created_at, t.role, t.text, t.parts,
	       coalesce(t.status, r.status, CASE WHEN ` + isDead + ` THEN 'interrupted' ELSE 'pending' END)
	FROM messages t` + withReply + `
	WHERE t.tenant = ?1 AND t.conversation = ?2 AND (t.turn, t.position) > (?4, ?5)
	ORDER BY t.turn, t.position LIMIT ?6`

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
	err = s.read(ctx, attempt, func(c *engine.Connection) (err error) {
		page, err = messages().page(c.Rows(selectTranscript, request.Tenant, request.Conversation,
			now().UnixNano(), turn, position, request.Limit+1), request.Limit)
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
		return 0, 0, nil // turns count from 1
	}
	fields, err := cursor.Decode(messageList, after, 2)
	if err != nil {
		return 0, 0, err
	}
	turn, turnErr := strconv.ParseInt(fields[0], 10, 64)
	position, positionErr := strconv.ParseInt(fields[1], 10, 64)
	return turn, position, errors.Join(turnErr, positionErr)
}

func scanMessage(row engine.Row) (m store.StoredMessage, err error) {
	m.Turn, m.Index = uint64(row.Int(0)), int(row.Int(1))
	m.Created, m.Status = timeOf(row.Int(2)), store.Status(row.Text(6))
	m.Message, err = decode(row, 3)
	return m, err
}
