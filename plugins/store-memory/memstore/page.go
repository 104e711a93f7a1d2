package memstore

import (
	"cmp"
	"strconv"

	"github.com/bothost/bothost/sdk/fault"
	"github.com/bothost/bothost/sdk/store"
	"github.com/bothost/bothost/sdk/store/cursor"
)

// The names of the lists, for their cursors.
const (
	conversationList = "conversations"
	messageList      = "messages"
	tenantList       = "tenants"
)

// maxLimit is the longest page that a list gives.
const maxLimit = 200

// pageOf cuts a page off what comes after the cursor; next makes the cursor of
// the page's last item.
func pageOf[I any](rest []I, limit int, next func(last I) string) (store.Page[I], error) {
	if limit < 1 || limit > maxLimit {
		return store.Page[I]{}, fault.New(fault.Invalid, "a page has 1 to %d items, not %d", maxLimit, limit)
	}
	if len(rest) <= limit {
		return store.Page[I]{Items: rest}, nil
	}
	return store.Page[I]{Items: rest[:limit], Next: next(rest[limit-1])}, nil
}

// byActivity orders conversations, newest activity first.
func byActivity(a, b store.Conversation) int {
	return cmp.Or(b.Updated.Compare(a.Updated), cmp.Compare(b.ID, a.ID))
}

func conversationCursor(c store.Conversation) string {
	return cursor.Encode(conversationList, strconv.FormatInt(c.Updated.UnixNano(), 10), c.ID)
}

// afterConversation reports which conversations come after a cursor.
func afterConversation(after string) (func(store.Conversation) bool, error) {
	if after == "" {
		return func(store.Conversation) bool { return true }, nil
	}
	fields, err := cursor.Decode(conversationList, after, 2)
	if err != nil {
		return nil, err
	}
	updated, err := strconv.ParseInt(fields[0], 10, 64)
	last := store.Conversation{ID: fields[1], Updated: timeOf(updated)}
	return func(c store.Conversation) bool { return byActivity(last, c) < 0 }, err
}

func messageCursor(m store.StoredMessage) string {
	return cursor.Encode(messageList, strconv.FormatUint(m.Turn, 10), strconv.Itoa(m.Index))
}

// afterMessage reports which messages come after a cursor.
func afterMessage(after string) (func(store.StoredMessage) bool, error) {
	if after == "" {
		return func(store.StoredMessage) bool { return true }, nil
	}
	fields, err := cursor.Decode(messageList, after, 2)
	if err != nil {
		return nil, err
	}
	turn, err := strconv.ParseUint(fields[0], 10, 64)
	if err != nil {
		return nil, err
	}
	index, err := strconv.Atoi(fields[1])
	return func(m store.StoredMessage) bool {
		return cmp.Or(cmp.Compare(m.Turn, turn), cmp.Compare(m.Index, index)) > 0
	}, err
}

func tenantCursor(t store.Tenant) string { return cursor.Encode(tenantList, t.Name) }

// afterTenant gives the name after which a page begins.
func afterTenant(after string) (string, error) {
	if after == "" {
		return "", nil
	}
	fields, err := cursor.Decode(tenantList, after, 1)
	if err != nil {
		return "", err
	}
	return fields[0], nil
}
