package sqlite

import (
	"bytes"
	"context"
	"fmt"
	"time"

	"github.com/bothost/bothost/sdk/store"
)

// CommitTurn implements store.Conversations.
func (s *Store) CommitTurn(ctx context.Context, request store.CommitTurn) (committed store.Committed, err error) {
	err = s.transact(ctx, flushed, func(tx *transaction) (err error) {
		committed.At, err = commit(tx, request, now())
		return err
	})
	if err != nil {
		return store.Committed{}, s.fault(fmt.Sprintf("commit turn of conversation %q", request.Conversation), err)
	}
	s.waiting.wake(request.Scope)
	return committed, nil
}

func commit(tx *transaction, request store.CommitTurn, at time.Time) (time.Time, error) {
	c, err := tx.fence(request.Scope)
	if err != nil {
		return time.Time{}, err
	}
	if !bytes.Equal(c.pending, request.Token[:]) {
		return tx.committedBefore(request, at)
	}
	if err := tx.endWithReply(request, c, at); err != nil {
		return time.Time{}, err
	}
	if request.State != nil {
		if err := tx.saveState(request.Scope, request.State); err != nil {
			return time.Time{}, err
		}
	}
	return timeOf(at.UnixNano()), nil
}

// endWithReply writes the replies of the pending turn, and gives the
// conversation back.
func (t *transaction) endWithReply(request store.CommitTurn, c fence, at time.Time) error {
	_, err := t.Exec(`
		UPDATE conversations
		SET pending_token = NULL, last_reply = last_turn, updated_at = ?3, has_state = ?4
		WHERE tenant = ?1 AND conversation = ?2`,
		request.Tenant, request.Conversation, at.UnixNano(), c.hasState || request.State != nil)
	if err != nil {
		return fmt.Errorf("release the conversation: %w", err)
	}
	size := 0
	for i, reply := range request.Messages {
		size += reply.Size()
		if err := t.insertReply(request, c.lastTurn, i+1, size, at); err != nil {
			return err
		}
	}
	if request.Status == store.Complete {
		return nil
	}
	return t.mark(request.Scope, c.lastTurn, request.Status, "")
}

// committedBefore answers a commit whose token is not pending.
func (t *transaction) committedBefore(request store.CommitTurn, at time.Time) (time.Time, error) {
	ended, err := t.turnByToken(request.Scope, request.Token, at)
	if err != nil {
		return time.Time{}, err
	}
	if ended == nil || !ended.hasReply {
		return time.Time{}, superseded()
	}
	return ended.ended, nil
}

// FailTurn implements store.Conversations.
func (s *Store) FailTurn(ctx context.Context, request store.FailTurn) error {
	err := s.transact(ctx, flushed, func(tx *transaction) error { return fail(tx, request, now()) })
	if err != nil {
		return s.fault(fmt.Sprintf("fail turn of conversation %q", request.Conversation), err)
	}
	s.waiting.wake(request.Scope)
	return nil
}

func fail(tx *transaction, request store.FailTurn, at time.Time) error {
	c, err := tx.fence(request.Scope)
	if err != nil {
		return err
	}
	if !bytes.Equal(c.pending, request.Token[:]) {
		return tx.failedBefore(request, at)
	}
	_, err = tx.Exec(`
		UPDATE conversations SET pending_token = NULL, updated_at = ?3 WHERE tenant = ?1 AND conversation = ?2`,
		request.Tenant, request.Conversation, at.UnixNano())
	if err != nil {
		return fmt.Errorf("release the conversation: %w", err)
	}
	return tx.mark(request.Scope, c.lastTurn, request.Status, request.Reason)
}

// failedBefore answers a failure whose token is not pending.
func (t *transaction) failedBefore(request store.FailTurn, at time.Time) error {
	ended, err := t.turnByToken(request.Scope, request.Token, at)
	if err != nil {
		return err
	}
	if ended == nil || ended.hasReply || ended.status == store.Interrupted {
		return superseded()
	}
	return nil
}

// mark says at the user's message that its turn did not end as complete, which
// sets its idempotency key free.
func (t *transaction) mark(scope store.Scope, number int64, status store.Status, reason string) error {
	_, err := t.Exec(`
		UPDATE messages SET status = ?4, reason = nullif(?5, '')
		WHERE tenant = ?1 AND conversation = ?2 AND turn = ?3 AND position = 0`,
		scope.Tenant, scope.Conversation, number, string(status), reason)
	if err != nil {
		return fmt.Errorf("mark the turn as %s: %w", status, err)
	}
	return nil
}
