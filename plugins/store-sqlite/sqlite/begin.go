package sqlite

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/bothost/bothost/sdk/fault"
	"github.com/bothost/bothost/sdk/store"
)

// BeginTurn implements store.Conversations. It need not be on the disk: what is
// told to the caller as done is the commit, whose flush covers it.
func (s *Store) BeginTurn(ctx context.Context, request store.BeginTurn) (outcome store.BeginOutcome, err error) {
	tookOver := false
	err = s.transact(ctx, soon, func(tx *transaction) (err error) {
		outcome, tookOver, err = begin(tx, request, now())
		return err
	})
	if err != nil {
		return nil, s.fault(fmt.Sprintf("begin turn of conversation %q", request.Conversation), err)
	}
	if tookOver {
		s.waiting.wake(request.Scope)
	}
	return outcome, nil
}

func begin(tx *transaction, request store.BeginTurn, at time.Time) (outcome store.BeginOutcome, tookOver bool, err error) {
	c, err := tx.fence(request.Scope)
	if err != nil {
		return nil, false, err
	}
	if c.pending != nil {
		if outcome, err := tx.held(request, c, at); outcome != nil || err != nil {
			return outcome, false, err
		}
	}
	isNew, err := tx.insertTurn(request, c, at)
	if err != nil {
		return nil, false, err
	}
	if !isNew {
		outcome, err := tx.known(request, c, at)
		if outcome == nil && err == nil {
			err = errors.New("the turn's token or key was met before, but not found")
		}
		return outcome, false, err
	}
	if err := tx.hold(request, c.lastTurn+1, at); err != nil {
		return nil, false, err
	}
	outcome, err = tx.begun(request, c, c.lastTurn+1)
	return outcome, c.pending != nil, err
}

// held answers for a conversation whose last turn is pending. No outcome and no
// error: that turn was interrupted, and the request is a new one.
func (t *transaction) held(request store.BeginTurn, c fence, at time.Time) (store.BeginOutcome, error) {
	if outcome, err := t.known(request, c, at); outcome != nil || err != nil {
		return outcome, err
	}
	last, err := t.turnByNumber(request.Scope, c.lastTurn, at)
	switch {
	case err != nil:
		return nil, err
	case last == nil:
		return nil, errors.New("the pending turn is not there")
	case !last.dead:
		return store.Busy{Turn: uint64(last.number)}, nil
	default:
		return nil, t.mark(request.Scope, last.number, store.Interrupted, "")
	}
}

// known answers a request that the conversation has met before: by its token,
// or by its idempotency key. No outcome and no error: it is a new one.
func (t *transaction) known(request store.BeginTurn, c fence, at time.Time) (store.BeginOutcome, error) {
	same, err := t.turnByToken(request.Scope, request.Token, at)
	switch {
	case err != nil:
		return nil, err
	case same == nil:
		return t.knownByKey(request, at)
	case same.status == store.Pending:
		return t.begun(request, c, same.number)
	case same.status == store.Complete:
		return t.replayed(request.Scope, same)
	default:
		return nil, superseded()
	}
}

func (t *transaction) knownByKey(request store.BeginTurn, at time.Time) (store.BeginOutcome, error) {
	if request.IdempotencyKey == "" {
		return nil, nil
	}
	same, err := t.turnByKey(request.Scope, request.IdempotencyKey, at)
	switch {
	case err != nil:
		return nil, err
	case same == nil, same.status == store.Pending && same.dead:
		return nil, nil
	case !bytes.Equal(same.requestHash, request.RequestHash):
		return nil, fault.New(fault.Conflict, "the idempotency key was used for another request").
			WithReason(fault.IdempotencyMismatch)
	case same.status == store.Complete:
		return t.replayed(request.Scope, same)
	default:
		return store.Busy{Turn: uint64(same.number)}, nil
	}
}

func (t *transaction) begun(request store.BeginTurn, c fence, turn int64) (store.BeginOutcome, error) {
	begun := store.Begun{Turn: uint64(turn)}
	var err error
	if begun.History, err = t.window(request.Scope, c.lastReply, request.Window); err != nil {
		return nil, err
	}
	if c.hasState {
		begun.State, err = t.memoryState(request.Scope)
	}
	return begun, err
}

func (t *transaction) replayed(scope store.Scope, turn *turn) (store.BeginOutcome, error) {
	replies, err := t.replies(scope, turn.number)
	if err != nil {
		return nil, err
	}
	return store.Replayed{Turn: uint64(turn.number), Messages: replies, Result: turn.result}, nil
}

func superseded() error {
	return fault.New(fault.Conflict, "the turn is not pending any more").WithReason(fault.TurnSuperseded)
}
