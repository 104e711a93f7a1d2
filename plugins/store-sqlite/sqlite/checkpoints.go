package sqlite

import (
	"errors"
	"sync"
	"sync/atomic"

	"github.com/bothost/bothost/plugins/store-sqlite/internal/engine"
)

// pagesAtOnce is how many pages are written to the log before it is copied into
// the file: few enough to be read fast, and more than are written again and again.
const pagesAtOnce = 1000

// checkpoints copy the log into the file, so that it can begin anew. Most of it is
// copied beside the turns, on a connection of its own. Meanwhile they write more:
// a last short copy after a group, when nobody writes, brings the log and the file
// together for a moment, which is when SQLite begins the log anew. A reader that
// stays keeps it from that; so it is tried again after as many pages, and no
// sooner, since each attempt looks at all of the log.
type checkpoints struct {
	path    string
	state   atomic.Int32
	running sync.WaitGroup
}

// The states of checkpoints.
const (
	idle int32 = iota
	copying
	// copied: but for what was written meanwhile.
	copied
)

// next does what is due after a group. It is called by who leads. A copy that
// fails loses nothing, since what the log has is safe there, and is made up for by
// the next; what is wrong shows when the log is written.
func (c *checkpoints) next(s *session) {
	switch c.state.Load() {
	case idle:
		if s.connection.Written()-s.copied >= pagesAtOnce {
			c.state.Store(copying)
			c.running.Go(c.copy)
		}
	case copied:
		_ = s.connection.Checkpoint()
		s.copied = s.connection.Written()
		c.state.Store(idle)
	}
}

func (c *checkpoints) copy() {
	defer c.state.Store(copied)
	connection, err := engine.Open(c.path)
	if err == nil {
		err = errors.Join(connection.Checkpoint(), connection.Close())
	}
	_ = err // see next
}

// wait returns when no copy is running.
func (c *checkpoints) wait() { c.running.Wait() }
