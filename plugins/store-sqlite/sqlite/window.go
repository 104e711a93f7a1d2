package sqlite

import (
	"fmt"
	"slices"

	"github.com/bothost/bothost/sdk/memory"
	"github.com/bothost/bothost/sdk/message"
	"github.com/bothost/bothost/sdk/store"
)

// defaultWindowBytes stands for a window's MaxBytes of 0.
const defaultWindowBytes = 8 << 20

// selectWindow walks messages backwards from a turn. Rows are made as they are
// read: who stops reading stops the work.
const selectWindow = `
	SELECT turn, position, turn_bytes, reply_before, role, text, parts FROM messages
	WHERE tenant = ?1 AND conversation = ?2 AND turn <= ?3
	ORDER BY turn DESC, position DESC`

// window gives the newest whole turns with a reply that fit, oldest first. The
// first that does not fit ends it: a window has no holes but turns without a
// reply.
func (t *transaction) window(scope store.Scope, lastReply int64, bounds memory.Window) ([]message.Message, error) {
	w := &window{messages: int64(bounds.MaxMessages), bytes: bounds.MaxBytes}
	if w.bytes == 0 {
		w.bytes = defaultWindowBytes
	}
	for from := lastReply; from > 0 && w.messages > 0; {
		var err error
		if from, err = w.read(t, scope, from); err != nil {
			return nil, fmt.Errorf("read the window: %w", err)
		}
	}
	slices.Reverse(w.history)
	return w.history, nil
}

// window is what is left of a window's bounds, and what was read so far, newest
// first.
type window struct {
	messages, bytes int64
	// turn is the last that was counted.
	turn    int64
	history []message.Message
}

// read reads turns with a reply, from one backwards. It gives the turn to go on
// from, behind turns without a reply; 0: the window ends.
func (w *window) read(t *transaction, scope store.Scope, from int64) (next int64, err error) {
	for row, err := range t.Rows(selectWindow, scope.Tenant, scope.Conversation, from) {
		if err != nil {
			return 0, err
		}
		turn, position := row.Int(0), row.Int(1)
		if turn != w.turn {
			// This is the turn's last message.
			if position == 0 {
				return row.Int(3), nil
			}
			if !w.admits(turn, position+1, row.Int(2)) {
				return 0, nil
			}
		}
		decoded, err := decode(row, 4)
		if err != nil {
			return 0, err
		}
		w.history = append(w.history, decoded)
	}
	return 0, nil
}

// admits reports whether there is room for a whole turn, which it counts.
func (w *window) admits(turn, messages, bytes int64) bool {
	w.turn = turn
	w.messages -= messages
	w.bytes -= bytes
	return w.messages >= 0 && w.bytes >= 0
}
