package sqlite

import (
	"context"
	"fmt"
	"time"

	"github.com/bothost/bothost/sdk/store"
)

// CommitTurn implements store.Conversations.
func (s *Store) CommitTurn(ctx context.Context, request store.CommitTurn) (committed store.Committed, err error) {
	attempt := fmt.Sprintf("commit turn of conversation %q", request.Conversation)
	err = s.write(ctx, attempt, func(tx *transaction) (err error) {
		committed.At, err = commit(tx, request, now())
		return err
	})
	return committed, err
}

func commit(tx *transaction, request store.CommitTurn, at time.Time) (time.Time, error) {
	number, err := tx.release(request.Scope, request.Token, at)
	if err != nil {
		return time.Time{}, err
	}
	if number == 0 {
		return committedBefore(tx, request, at)
	}
	if err := tx.completeTurn(request, number, at); err != nil {
		return time.Time{}, err
	}
	for i, reply := range request.Messages {
		if err := tx.insertMessage(request.Scope, number, i+1, reply, at); err != nil {
			return time.Time{}, err
		}
	}
	if request.State != nil {
		if err := tx.saveState(request.Scope, request.State); err != nil {
			return time.Time{}, err
		}
	}
	return timeOf(at.UnixNano()), nil
}

// committedBefore answers a commit whose token is not pending.
func committedBefore(tx *transaction, request store.CommitTurn, at time.Time) (time.Time, error) {
	ended, err := tx.turnByToken(request.Scope, request.Token, at)
	if err != nil {
		return time.Time{}, err
	}
	if ended == nil || !ended.committed {
		return time.Time{}, superseded()
	}
	return ended.ended, nil
}

// FailTurn implements store.Conversations.
func (s *Store) FailTurn(ctx context.Context, request store.FailTurn) error {
	attempt := fmt.Sprintf("fail turn of conversation %q", request.Conversation)
	return s.write(ctx, attempt, func(tx *transaction) error { return fail(tx, request, now()) })
}

func fail(tx *transaction, request store.FailTurn, at time.Time) error {
	number, err := tx.release(request.Scope, request.Token, at)
	if err != nil {
		return err
	}
	if number > 0 {
		return tx.failTurn(request, number, at)
	}
	ended, err := tx.turnByToken(request.Scope, request.Token, at)
	if err != nil {
		return err
	}
	if ended == nil || ended.committed || ended.status == store.Interrupted {
		return superseded()
	}
	return nil
}

// release gives the conversation back if the token is the pending one, and the
// number of its turn; 0: it is not.
func (t *transaction) release(scope store.Scope, token store.Token, at time.Time) (uint64, error) {
	changed, err := t.exec(`
		UPDATE conversations SET pending_token = NULL, updated_at = ?4
		WHERE tenant = ?1 AND conversation = ?2 AND pending_token = ?3`,
		scope.Tenant, scope.Conversation, token[:], at.UnixNano())
	if err != nil {
		return 0, fmt.Errorf("release the conversation: %w", err)
	}
	if changed == 0 {
		return 0, nil
	}
	f, err := t.fence(scope)
	return f.lastTurn, err
}

func (t *transaction) completeTurn(request store.CommitTurn, number uint64, at time.Time) error {
	size := 0
	for _, reply := range request.Messages {
		size += reply.Size()
	}
	_, err := t.exec(`
		UPDATE turns SET status = ?4, ended_at = ?5,
			window_messages = ?6, window_bytes = window_bytes + ?7,
			model = ?8, finish_reason = ?9, prompt_tokens = ?10, completion_tokens = ?11
		WHERE tenant = ?1 AND conversation = ?2 AND turn = ?3`,
		request.Tenant, request.Conversation, int64(number), string(request.Status), at.UnixNano(),
		1+len(request.Messages), size, request.Result.Model, request.Result.FinishReason,
		request.Result.Usage.PromptTokens, request.Result.Usage.CompletionTokens)
	if err != nil {
		return fmt.Errorf("complete the turn: %w", err)
	}
	return nil
}

func (t *transaction) failTurn(request store.FailTurn, number uint64, at time.Time) error {
	_, err := t.exec(`
		UPDATE turns SET status = ?4, ended_at = ?5, reason = ?6
		WHERE tenant = ?1 AND conversation = ?2 AND turn = ?3`,
		request.Tenant, request.Conversation, int64(number), string(request.Status), at.UnixNano(), request.Reason)
	if err != nil {
		return fmt.Errorf("fail the turn: %w", err)
	}
	return nil
}
