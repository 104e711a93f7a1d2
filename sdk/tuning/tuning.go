// Package tuning sets Go's garbage collector for processes that live long, hold
// little and make much garbage, as a host and most plugins do. Plugins that are
// served by package sdk have it already; authors need not call it.
package tuning

import (
	"os"
	"runtime"
)

// Reserve keeps the collector from running more often than a small heap deserves.
//
// The collector runs when the heap has grown by as much as was live after its
// last run, and so every few milliseconds in a busy process that holds next to
// nothing. A reserve counts as live and is never touched: it costs address space
// and no memory, and lets garbage grow by its size before the collector runs.
type Reserve struct{ untouched []byte }

// NewReserve makes a reserve of so many bytes, which lasts until it is released.
// Where the environment sets the collector itself (GOGC, GOMEMLIMIT) that
// counts, and the reserve is empty.
func NewReserve(bytes int) *Reserve {
	for _, name := range []string{"GOGC", "GOMEMLIMIT"} {
		if os.Getenv(name) != "" {
			return &Reserve{}
		}
	}
	return &Reserve{untouched: make([]byte, bytes)}
}

// Release gives the reserve up.
func (r *Reserve) Release() {
	runtime.KeepAlive(r.untouched)
	r.untouched = nil
}
