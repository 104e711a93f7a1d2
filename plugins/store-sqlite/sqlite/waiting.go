package sqlite

import (
	"sync"

	"github.com/bothost/bothost/sdk/store"
)

// waiting wakes those who wait for the end of a conversation's turn.
type waiting struct {
	mu sync.Mutex
	// conversations that somebody waits for.
	conversations map[store.Scope]*waiters
}

// waiters are those who wait for one conversation.
type waiters struct {
	*broadcast
	count int
}

func newWaiting() *waiting { return &waiting{conversations: map[store.Scope]*waiters{}} }

// enter gives what wakes the caller, until it leaves.
func (w *waiting) enter(scope store.Scope) *broadcast {
	w.mu.Lock()
	defer w.mu.Unlock()
	here := w.conversations[scope]
	if here == nil {
		here = &waiters{broadcast: newBroadcast()}
		w.conversations[scope] = here
	}
	here.count++
	return here.broadcast
}

func (w *waiting) leave(scope store.Scope) {
	w.mu.Lock()
	defer w.mu.Unlock()
	here := w.conversations[scope]
	here.count--
	if here.count == 0 {
		delete(w.conversations, scope)
	}
}

// wake wakes those who wait for a conversation.
func (w *waiting) wake(scope store.Scope) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if here := w.conversations[scope]; here != nil {
		here.send()
	}
}

// wakeTenant wakes those who wait for any conversation of a tenant.
func (w *waiting) wakeTenant(tenant string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for scope, here := range w.conversations {
		if scope.Tenant == tenant {
			here.send()
		}
	}
}
