package sqlite

import (
	"errors"
	"fmt"
	"slices"

	"github.com/bothost/bothost/sdk/memory"
	"github.com/bothost/bothost/sdk/message"
	"github.com/bothost/bothost/sdk/store"
)

// defaultWindowBytes stands for a window's MaxBytes of 0.
const defaultWindowBytes = 8 << 20

// selectWindow walks the turns with a reply and their messages, newest first.
// Rows are made as they are read: who stops reading stops the work. CROSS JOIN
// keeps SQLite from turning the loops around.
const selectWindow = `
	SELECT t.turn, t.window_messages, t.window_bytes, m.role, m.parts
	FROM turns t INDEXED BY turns_in_window
	CROSS JOIN messages m ON m.tenant = t.tenant AND m.conversation = t.conversation AND m.turn = t.turn
	WHERE t.tenant = ?1 AND t.conversation = ?2 AND t.window_messages > 0
	ORDER BY t.turn DESC, m.position DESC
	LIMIT ?3`

// window gives the newest whole turns with a reply that fit, oldest first. The
// first that does not fit ends it: a window has no holes but turns without a
// reply.
func (t *transaction) window(scope store.Scope, window memory.Window) (history []message.Message, err error) {
	if window.MaxMessages <= 0 {
		return nil, nil
	}
	rows, err := t.rows(selectWindow, scope.Tenant, scope.Conversation, window.MaxMessages)
	if err != nil {
		return nil, fmt.Errorf("read the window: %w", err)
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	room := roomOf(window)
	for rows.Next() {
		var turn, count, size int64
		var content stored
		if err := rows.Scan(&turn, &count, &size, &content.role, &content.parts); err != nil {
			return nil, fmt.Errorf("read a message of the window: %w", err)
		}
		if !room.admits(turn, count, size) {
			break
		}
		decoded, err := content.message()
		if err != nil {
			return nil, err
		}
		history = append(history, decoded)
	}
	slices.Reverse(history)
	return history, rows.Err()
}

// room is what is left of a window's bounds.
type room struct {
	messages, bytes int64
	// turn is the last that was counted.
	turn int64
}

func roomOf(window memory.Window) *room {
	bytes := window.MaxBytes
	if bytes == 0 {
		bytes = defaultWindowBytes
	}
	return &room{messages: int64(window.MaxMessages), bytes: bytes}
}

// admits reports whether there is room for a message's whole turn, which counts
// when the first of its messages is met.
func (r *room) admits(turn, messages, bytes int64) bool {
	if turn != r.turn {
		r.turn = turn
		r.messages -= messages
		r.bytes -= bytes
	}
	return r.messages >= 0 && r.bytes >= 0
}
