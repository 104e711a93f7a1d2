// Package tuning sets Go's garbage collector for processes that live long, hold
// little and make much garbage, as a host and most plugins do. Plugins that are
// served by package sdk have it already; authors need not call it.
package tuning

import (
	"os"
	"sync"
	"time"
)

// settled is how long a process is left alone with its start. Making a reserve
// lets the collector run, for several milliseconds in a large program: as long as
// the whole way to its first reply.
const settled = time.Second

// Reserve keeps the collector from running more often than a small heap deserves.
//
// The collector runs when the heap has grown by as much as was live after its
// last run, and so every few milliseconds in a busy process that holds next to
// nothing. A reserve counts as live and is never touched: it costs address space
// and no memory, and lets garbage grow by its size before the collector runs.
type Reserve struct {
	making *time.Timer

	mutex     sync.Mutex
	released  bool
	untouched []byte
}

// NewReserve makes a reserve of so many bytes in a second, which lasts until it is
// released. Where the environment sets the collector itself (GOGC, GOMEMLIMIT)
// that counts, and there will be none.
func NewReserve(bytes int) *Reserve {
	r := &Reserve{}
	for _, name := range []string{"GOGC", "GOMEMLIMIT"} {
		if os.Getenv(name) != "" {
			return r
		}
	}
	r.making = time.AfterFunc(settled, func() { r.make(bytes) })
	return r
}

func (r *Reserve) make(bytes int) {
	r.mutex.Lock()
	defer r.mutex.Unlock()
	if !r.released {
		r.untouched = make([]byte, bytes)
	}
}

// Release gives the reserve up, made or not.
func (r *Reserve) Release() {
	if r.making != nil {
		r.making.Stop()
	}
	r.mutex.Lock()
	defer r.mutex.Unlock()
	r.released, r.untouched = true, nil
}
