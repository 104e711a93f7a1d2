package sqlite

import "sync"

// broadcast wakes all who wait.
type broadcast struct {
	mu     sync.Mutex
	signal chan struct{}
}

func newBroadcast() *broadcast { return &broadcast{signal: make(chan struct{})} }

// next gives a channel that is closed by the next send.
func (b *broadcast) next() <-chan struct{} {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.signal
}

func (b *broadcast) send() {
	b.mu.Lock()
	defer b.mu.Unlock()
	close(b.signal)
	b.signal = make(chan struct{})
}
