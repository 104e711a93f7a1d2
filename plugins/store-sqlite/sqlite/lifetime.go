package sqlite

import (
	"sync"

	"github.com/bothost/bothost/sdk/fault"
)

// lifetime lets calls in until its end, which waits for those that are running.
type lifetime struct {
	// over is closed when the end begins: what runs for long returns then.
	over chan struct{}

	mu    sync.Mutex
	ended bool
	calls sync.WaitGroup
}

func newLifetime() *lifetime { return &lifetime{over: make(chan struct{})} }

// enter begins a call, which leave must end unless enter fails.
func (l *lifetime) enter() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.ended {
		return errClosed()
	}
	l.calls.Add(1)
	return nil
}

func (l *lifetime) leave() { l.calls.Done() }

// end refuses further calls, and waits for those that are running. It may be
// called again.
func (l *lifetime) end() {
	l.mu.Lock()
	if !l.ended {
		l.ended = true
		close(l.over)
	}
	l.mu.Unlock()
	l.calls.Wait()
}

func errClosed() error { return fault.New(fault.Unavailable, "store-sqlite: the store is closed") }
