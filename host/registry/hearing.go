package registry

import (
	"sync/atomic"
	"time"
)

// believed is how long a stream of changes is trusted after it told something: a
// store that watches says every half second that nothing has changed, and a
// connection that broke in silence says nothing.
const believed = time.Second

// hearing says whether the changes that other instances make are heard of now.
// Whoever reads the streams calls begin, heard and end; everybody may call stream.
type hearing struct {
	clock time.Time
	// last is when something was told, by the clock.
	last atomic.Int64
	// current numbers the stream that is read, from 1; 0 while none is.
	current atomic.Uint64
	begun   uint64
}

func newHearing() *hearing { return &hearing{clock: time.Now()} }

// stream gives the number of the stream that tells of every change, and 0 if
// changes may have been made that were not told.
func (h *hearing) stream() uint64 {
	// In this order: what is said for one stream must not count for the next.
	last := time.Duration(h.last.Load())
	current := h.current.Load()
	if time.Since(h.clock)-last > believed {
		return 0
	}
	return current
}

// heard notes that the stream has told something.
func (h *hearing) heard() { h.last.Store(int64(time.Since(h.clock))) }

// begin makes the stream another one.
func (h *hearing) begin() {
	h.begun++
	h.current.Store(h.begun)
}

func (h *hearing) end() { h.current.Store(0) }
