package postgres

import (
	"context"
	"fmt"
	"math"
	"strconv"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/bothost/bothost/sdk/store"
	"github.com/bothost/bothost/sdk/store/cursor"
)

const conversationList = "conversations"

const conversationColumns = `id, turns, user_id, metadata, created_at, updated_at`

func readConversation(row pgx.CollectableRow) (store.Conversation, error) {
	var (
		found    store.Conversation
		metadata *string
	)
	err := row.Scan(&found.ID, &found.Turns, &found.UserID, &metadata, &found.Created, &found.Updated)
	if metadata != nil {
		found.Metadata = []byte(*metadata)
	}
	found.Created, found.Updated = found.Created.UTC(), found.Updated.UTC()
	return found, err
}

// GetConversation implements store.Conversations.
func (s *Store) GetConversation(ctx context.Context, scope store.Scope) (store.Conversation, error) {
	doing := fmt.Sprintf("get conversation %q", scope.Conversation)
	if err := checkScope(scope); err != nil {
		return store.Conversation{}, err
	}
	found, err := one(ctx, s, doing, harmless, readConversation,
		`SELECT `+conversationColumns+` FROM bothost.get_conversation($1, $2)`, scope.Tenant, scope.Conversation)
	switch {
	case err != nil:
		return store.Conversation{}, err
	case found == nil:
		return store.Conversation{}, notFound(doing)
	}
	return *found, nil
}

// ListConversations implements store.Conversations.
func (s *Store) ListConversations(ctx context.Context, request store.ListConversations) (store.Page[store.Conversation], error) {
	var page store.Page[store.Conversation]
	if err := checkTenant(request.Tenant); err != nil {
		return page, err
	}
	if err := checkTexts(text{name: "the user's id", value: request.UserID}); err != nil {
		return page, err
	}
	if err := checkLimit(request.Limit); err != nil {
		return page, err
	}
	after, err := decodePlace(request.After)
	if err != nil {
		return page, err
	}
	found, err := many(ctx, s, "list conversations", harmless, readConversation,
		pageOf(conversationColumns, "metadata", `bothost.list_conversations($1, $2, $3, $4, $5)`),
		request.Tenant, request.UserID, after.updated, after.id, request.Limit+1)
	if err != nil {
		return page, err
	}
	return cutPage(found, request.Limit,
		func(c store.Conversation) int { return len(c.Metadata) },
		func(last store.Conversation) string {
			return cursor.Encode(conversationList, strconv.FormatInt(last.Updated.UnixMicro(), 10), last.ID)
		}), nil
}

// place is where a conversation stands in a list. The database's times are
// whole microseconds.
type place struct {
	updated time.Time
	id      string
}

// decodePlace reads a cursor; an empty one is before everything, which in this
// order is later than all there is.
func decodePlace(after string) (place, error) {
	if after == "" {
		return place{updated: time.UnixMicro(math.MaxInt64 / 2)}, nil
	}
	fields, err := cursor.Decode(conversationList, after, 2)
	if err != nil {
		return place{}, err
	}
	micros, err := strconv.ParseInt(fields[0], 10, 64)
	if err != nil {
		return place{}, invalid("the cursor", "is none of the list of conversations")
	}
	return place{updated: time.UnixMicro(micros), id: fields[1]}, nil
}

// pageOf asks for what a function of the schema lists, up to the first item before
// which the values of a column fill a page already. The server does not even read
// the values of the others.
func pageOf(columns, column, call string) string {
	return fmt.Sprintf(`
		SELECT %s FROM (
			SELECT *, sum(octet_length(%s)) OVER (ORDER BY ordinality ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS before
			FROM %s WITH ORDINALITY
		) listed
		WHERE coalesce(before, 0) <= %d ORDER BY ordinality`, columns, column, call, maxPageBytes)
}

// cutPage makes a page of up to limit items, and of no more than hold maxPageBytes
// if there is more than one, from one that was asked for one more, which only
// shows that there are more.
func cutPage[T any](found []T, limit int, size func(T) int, next func(last T) string) store.Page[T] {
	bytes := 0
	for i, item := range found {
		bytes += size(item)
		if i == limit || i > 0 && bytes > maxPageBytes {
			return store.Page[T]{Items: found[:i], Next: next(found[i-1])}
		}
	}
	return store.Page[T]{Items: found}
}

// DeleteConversation implements store.Conversations.
func (s *Store) DeleteConversation(ctx context.Context, scope store.Scope) error {
	doing := fmt.Sprintf("delete conversation %q", scope.Conversation)
	if err := checkScope(scope); err != nil {
		return err
	}
	deleted, err := scalar[bool](ctx, s, doing, harmful,
		`SELECT bothost.delete_conversation($1, $2)`, scope.Tenant, scope.Conversation)
	if err == nil && !deleted {
		return notFound(doing)
	}
	return err
}

// PurgeTenant implements store.Conversations.
func (s *Store) PurgeTenant(ctx context.Context, tenant string) error {
	if err := checkTenant(tenant); err != nil {
		return err
	}
	return s.execute(ctx, fmt.Sprintf("purge tenant %q", tenant), harmless, `SELECT bothost.purge_tenant($1)`, tenant)
}
