package memstore

import (
	"slices"

	"github.com/bothost/bothost/sdk/memory"
	"github.com/bothost/bothost/sdk/message"
)

// defaultWindowBytes stands for a window's MaxBytes of 0.
const defaultWindowBytes = 8 << 20

// window gives the newest whole turns with a reply that fit, oldest first. The
// first that does not fit ends it: a window has no holes but turns without a
// reply.
func (c *conversation) window(window memory.Window) []message.Message {
	maxBytes := window.MaxBytes
	if maxBytes == 0 {
		maxBytes = defaultWindowBytes
	}
	var newestFirst [][]message.Message
	count, size := 0, int64(0)
	for _, t := range slices.Backward(c.turns) {
		if !t.committed() {
			continue
		}
		count += len(t.messages)
		for _, m := range t.messages {
			size += int64(m.Size())
		}
		if count > window.MaxMessages || size > maxBytes {
			break
		}
		newestFirst = append(newestFirst, t.messages)
	}
	slices.Reverse(newestFirst)
	return slices.Concat(newestFirst...)
}
