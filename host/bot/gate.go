package bot

import (
	"context"
	"sync"
	"time"

	"github.com/bothost/bothost/sdk/fault"
	"github.com/bothost/bothost/sdk/store"
)

// Gates let the turns of one conversation in one after the other, in the order
// of their arrival. Conversations that nobody is in cost nothing. Between
// processes the store's token does the same, without the order.
type Gates struct {
	wait       time.Duration
	maxWaiting int

	mu     sync.Mutex
	gates  map[store.Scope]*gate
	closed chan struct{}
}

// gate is one conversation's queue: whoever is inside, and who waits, oldest
// first. A waiter's channel is closed when it is let in.
type gate struct{ waiting []chan struct{} }

// NewGates makes gates at which a turn waits for at most so long, and at most so
// many turns at once.
func NewGates(wait time.Duration, maxWaiting int) *Gates {
	return &Gates{
		wait: wait, maxWaiting: maxWaiting,
		gates: make(map[store.Scope]*gate), closed: make(chan struct{}),
	}
}

// Enter waits until the conversation is free and takes it; the caller must call
// leave once. It fails with a Conflict, turn_in_progress, when the wait is too
// long or too many wait already, with Unavailable once the gates are closed, and
// with the context's error.
func (g *Gates) Enter(ctx context.Context, scope store.Scope) (leave func(), err error) {
	turn, err := g.queue(scope)
	if err != nil {
		return nil, err
	}
	leave = sync.OnceFunc(func() { g.leave(scope) })
	if turn == nil {
		return leave, nil
	}
	timer := time.NewTimer(g.wait)
	defer timer.Stop()
	select {
	case <-turn:
		return leave, nil
	case <-timer.C:
		err = inProgress("the conversation is busy; waited %v for its turn", g.wait)
	case <-ctx.Done():
		err = ctx.Err()
	case <-g.closed:
		err = shuttingDown()
	}
	if !g.abandon(scope, turn) {
		// Let in at the last moment: pass it on.
		leave()
	}
	return nil, err
}

// Close sends away who waits and who comes. Who is inside stays.
func (g *Gates) Close() {
	g.mu.Lock()
	defer g.mu.Unlock()
	select {
	case <-g.closed:
	default:
		close(g.closed)
	}
}

// queue takes a free conversation (nil) or a place in its queue.
func (g *Gates) queue(scope store.Scope) (chan struct{}, error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	select {
	case <-g.closed:
		return nil, shuttingDown()
	default:
	}
	at, ok := g.gates[scope]
	if !ok {
		g.gates[scope] = &gate{}
		return nil, nil
	}
	if len(at.waiting) >= g.maxWaiting {
		return nil, inProgress("the conversation is busy, and %d turns wait for it already", g.maxWaiting)
	}
	turn := make(chan struct{})
	at.waiting = append(at.waiting, turn)
	return turn, nil
}

func (g *Gates) leave(scope store.Scope) {
	g.mu.Lock()
	defer g.mu.Unlock()
	at := g.gates[scope]
	if len(at.waiting) == 0 {
		delete(g.gates, scope)
		return
	}
	close(at.waiting[0])
	at.waiting = at.waiting[1:]
}

// abandon gives a place in the queue up; false: it was let in already.
func (g *Gates) abandon(scope store.Scope, turn chan struct{}) bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	at, ok := g.gates[scope]
	if !ok {
		return false
	}
	for i, waiting := range at.waiting {
		if waiting == turn {
			at.waiting = append(at.waiting[:i:i], at.waiting[i+1:]...)
			return true
		}
	}
	return false
}

func inProgress(format string, args ...any) error {
	return fault.New(fault.Conflict, format, args...).WithReason(TurnInProgress).WithRetryAfter(time.Second)
}

func shuttingDown() error {
	return fault.New(fault.Unavailable, "the host is shutting down").
		WithReason(ShuttingDown).WithRetryAfter(time.Second)
}
