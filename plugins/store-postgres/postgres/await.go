package postgres

import (
	"context"
	"fmt"
	"math"
	"time"

	"github.com/bothost/bothost/sdk/store"
)

// AwaitTurn implements store.Awaiter. It is woken by the server, and looks by
// itself every half second besides.
func (s *Store) AwaitTurn(ctx context.Context, scope store.Scope, turn uint64, timeout time.Duration) error {
	if err := checkScope(scope); err != nil {
		return err
	}
	if turn > math.MaxInt64 {
		return nil // There is none of that number.
	}
	// It hears before it looks: what happens in between wakes it.
	heard := s.listener.hear(turnsChannel)
	defer s.listener.leave(heard)
	waiting, stop := context.WithTimeout(ctx, timeout)
	defer stop()
	for {
		name, err := s.turnName(waiting, scope, int64(turn))
		switch {
		case waiting.Err() != nil:
			return ctx.Err()
		case err != nil:
			return err
		case name == nil:
			return nil
		}
		s.listener.only(heard, *name)
		select {
		case <-heard.woken:
		case <-time.After(pollInterval):
		case <-waiting.Done():
			return ctx.Err()
		}
	}
}

// turnName lets the end of a turn be told, and gives what by; nil if the turn is
// not pending.
func (s *Store) turnName(ctx context.Context, scope store.Scope, turn int64) (*string, error) {
	return scalar[*string](ctx, s, fmt.Sprintf("await a turn of conversation %q", scope.Conversation), harmless,
		`SELECT bothost.await_turn($1, $2, $3)`, scope.Tenant, scope.Conversation, turn)
}
