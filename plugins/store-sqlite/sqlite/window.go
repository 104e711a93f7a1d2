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

// selectWindow walks the turns with a reply, newest first, and their messages.
// Rows are made as they are read: who stops reading stops the work. CROSS JOIN
// keeps SQLite from turning the loops around.
const selectWindow = `
	SELECT t.turn, t.window_messages, t.window_bytes, m.role, m.parts
	FROM turns t INDEXED BY turns_in_window
	CROSS JOIN messages m ON m.tenant = t.tenant AND m.conversation = t.conversation AND m.turn = t.turn
	WHERE t.tenant = ?1 AND t.conversation = ?2 AND t.window_messages > 0
	ORDER BY t.turn DESC, m.position
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
	taken := newWindowed(window)
	for rows.Next() {
		var turn, count, size int64
		var content stored
		if err := rows.Scan(&turn, &count, &size, &content.role, &content.parts); err != nil {
			return nil, fmt.Errorf("read a message of the window: %w", err)
		}
		if !taken.admits(turn, count, size) {
			break
		}
		decoded, err := content.message()
		if err != nil {
			return nil, err
		}
		taken.add(decoded)
	}
	return taken.oldestFirst(), rows.Err()
}

// windowed collects turns, newest first, until a bound is reached.
type windowed struct {
	messagesLeft, bytesLeft int64
	turns                   [][]message.Message
	last                    int64
}

func newWindowed(window memory.Window) *windowed {
	bytes := window.MaxBytes
	if bytes == 0 {
		bytes = defaultWindowBytes
	}
	return &windowed{messagesLeft: int64(window.MaxMessages), bytesLeft: bytes}
}

// admits reports whether a message's turn is in the window; the turn is counted
// with its first message.
func (w *windowed) admits(turn, messages, bytes int64) bool {
	if turn == w.last {
		return true
	}
	w.messagesLeft -= messages
	w.bytesLeft -= bytes
	w.last = turn
	w.turns = append(w.turns, nil)
	return w.messagesLeft >= 0 && w.bytesLeft >= 0
}

func (w *windowed) add(m message.Message) {
	last := len(w.turns) - 1
	w.turns[last] = append(w.turns[last], m)
}

func (w *windowed) oldestFirst() []message.Message {
	slices.Reverse(w.turns)
	return slices.Concat(w.turns...)
}
