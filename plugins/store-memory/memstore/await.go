package memstore

import (
	"context"
	"time"

	"github.com/bothost/bothost/sdk/store"
)

// AwaitTurn implements store.Awaiter.
func (s *Store) AwaitTurn(ctx context.Context, scope store.Scope, number uint64, timeout time.Duration) error {
	pending := s.pendingTurn(scope, number)
	if pending == nil {
		return nil
	}
	timer := time.NewTimer(timeout)
	defer timer.Stop()
	select {
	case <-pending.over:
		return nil
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// pendingTurn gives the turn of that number if it is pending, or nil.
func (s *Store) pendingTurn(scope store.Scope, number uint64) *turn {
	s.mu.Lock()
	defer s.mu.Unlock()
	c := s.find(scope)
	if c == nil {
		return nil
	}
	if p := c.pending(); p != nil && p.number == number {
		return p
	}
	return nil
}
