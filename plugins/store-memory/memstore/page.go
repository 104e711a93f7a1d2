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

const (
	// maxLimit is the most items that a page has.
	maxLimit = 200
	// maxPageBytes bounds the content of a page, so that one fits into an
	// answer; only a single item may be larger.
	maxPageBytes = 8 << 20
)

// pageOf cuts a page off what comes after the cursor; next makes the cursor of
// the page's last item.
func pageOf[I any](rest []I, limit int, size func(I) int, next func(last I) string) (store.Page[I], error) {
	if limit < 1 || limit > maxLimit {
		return store.Page[I]{}, fault.New(fault.Invalid, "a page has 1 to %d items, not %d", maxLimit, limit)
	}
	bytes := 0
	for i, item := range rest {
		bytes += size(item)
		if i == limit || i > 0 && bytes > maxPageBytes {
			return store.Page[I]{Items: rest[:i], Next: next(rest[i-1])}, nil
		}
	}
	return store.Page[I]{Items: rest}, nil
}

func conversationSize(c store.Conversation) int { return len(c.Metadata) }

func messageSize(m store.StoredMessage) int { return m.Message.Size() }

func tenantSize(t store.Tenant) int { return len(t.Config) }

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
