package sqlite

import (
	"context"
	"fmt"
	"time"

	"github.com/bothost/bothost/plugins/store-sqlite/internal/engine"
	"github.com/bothost/bothost/sdk/store"
)

// awaitInterval is how often a call that waits looks whether another process has
// ended the turn. What this process ends, it is told at once.
const awaitInterval = 50 * time.Millisecond

// AwaitTurn implements store.Awaiter.
func (s *Store) AwaitTurn(ctx context.Context, scope store.Scope, turn uint64, timeout time.Duration) error {
	enough := time.NewTimer(timeout)
	defer enough.Stop()
	poll := time.NewTicker(s.awaitInterval)
	defer poll.Stop()
	ends := s.waiting.enter(scope)
	defer s.waiting.leave(scope)
	for {
		ended := ends.next()
		pending, err := s.isPending(ctx, scope, turn)
		if err != nil || !pending {
			return err
		}
		select {
		case <-ended:
		case <-poll.C:
		case <-enough.C:
			return nil
		case <-ctx.Done():
			return ctx.Err()
		case <-s.lifetime.over:
			return errClosed()
		}
	}
}

const selectPending = `
	SELECT 1 FROM conversations
	WHERE tenant = ?1 AND conversation = ?2 AND last_turn = ?3 AND pending_token IS NOT NULL`

func (s *Store) isPending(ctx context.Context, scope store.Scope, turn uint64) (pending bool, err error) {
	attempt := fmt.Sprintf("await turn %d of conversation %q", turn, scope.Conversation)
	err = s.read(ctx, attempt, func(c *engine.Connection) (err error) {
		pending, err = c.First(func(engine.Row) {}, selectPending, scope.Tenant, scope.Conversation, int64(turn))
		return err
	})
	return pending, err
}
