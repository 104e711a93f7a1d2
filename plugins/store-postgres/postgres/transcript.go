package postgres

import (
	"context"
	"fmt"
	"strconv"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/bothost/bothost/sdk/store"
	"github.com/bothost/bothost/sdk/store/cursor"
)

const messageList = "messages"

// maxPageBytes bounds the content of a page, so that a page always fits into an
// answer. A single item may be larger.
const maxPageBytes = 8 << 20

// transcriptRow is a message of a page, or only nils where the page is empty.
type transcriptRow struct {
	Turn    *int64
	Index   *int32
	Status  *string
	Role    *string
	Parts   *string
	Created *time.Time
	More    *bool
}

// ListMessages implements store.Conversations. A page ends early rather than
// hold more than 8 MiB.
func (s *Store) ListMessages(ctx context.Context, request store.ListMessages) (store.Page[store.StoredMessage], error) {
	var page store.Page[store.StoredMessage]
	doing := fmt.Sprintf("list messages of conversation %q", request.Conversation)
	if err := checkScope(request.Scope); err != nil {
		return page, err
	}
	if err := checkLimit(request.Limit); err != nil {
		return page, err
	}
	turn, index, err := decodePosition(request.After)
	if err != nil {
		return page, err
	}
	rows, err := many(ctx, s, doing, harmless, pgx.RowToStructByPos[transcriptRow], `
		SELECT turn_number, message_index, turn_status, message_role, message_parts, message_created_at, more
		FROM bothost.list_messages($1, $2, $3, $4, $5, $6)`,
		request.Tenant, request.Conversation, turn, index, request.Limit, maxPageBytes)
	switch {
	case err != nil:
		return page, err
	case len(rows) == 0:
		return page, notFound(doing)
	case rows[0].Turn == nil:
		return page, nil
	}
	if page.Items, err = decodeTranscript(rows); err != nil {
		return page, fmt.Errorf("store-postgres: %s: %w", doing, err)
	}
	if last := rows[len(rows)-1]; value(last.More) {
		page.Next = cursor.Encode(messageList, strconv.FormatInt(value(last.Turn), 10), strconv.Itoa(int(value(last.Index))))
	}
	return page, nil
}

func decodeTranscript(rows []transcriptRow) ([]store.StoredMessage, error) {
	items := make([]store.StoredMessage, len(rows))
	for i, row := range rows {
		m, err := decodeMessage(value(row.Role), value(row.Parts))
		if err != nil {
			return nil, err
		}
		items[i] = store.StoredMessage{
			Turn: uint64(value(row.Turn)), Index: int(value(row.Index)), Status: store.Status(value(row.Status)),
			Message: m, Created: value(row.Created).UTC(),
		}
	}
	return items, nil
}

// decodePosition reads a cursor; an empty one is before all turns.
func decodePosition(after string) (turn, index int64, err error) {
	if after == "" {
		return 0, -1, nil
	}
	fields, err := cursor.Decode(messageList, after, 2)
	if err != nil {
		return 0, 0, err
	}
	turn, turnErr := strconv.ParseInt(fields[0], 10, 64)
	index, indexErr := strconv.ParseInt(fields[1], 10, 32)
	if turnErr != nil || indexErr != nil {
		return 0, 0, invalid("the cursor", "is none of the list of messages")
	}
	return turn, index, nil
}
