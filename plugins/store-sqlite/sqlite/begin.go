package sqlite

import (
	"bytes"
	"context"
	"fmt"
	"time"

	"github.com/bothost/bothost/sdk/fault"
	"github.com/bothost/bothost/sdk/store"
)

// BeginTurn implements store.Conversations. It need not be on the disk: what is
// told to the caller as done is the commit, whose flush covers it.
func (s *Store) BeginTurn(ctx context.Context, request store.BeginTurn) (outcome store.BeginOutcome, err error) {
	attempt := fmt.Sprintf("begin turn of conversation %q", request.Conversation)
	err = s.transact(ctx, attempt, soon, func(tx *transaction) (err error) {
		outcome, err = begin(tx, request, now())
		return err
	})
	return outcome, err
}

func begin(tx *transaction, request store.BeginTurn, at time.Time) (store.BeginOutcome, error) {
	c, err := tx.fence(request.Scope)
	if err != nil {
		return nil, err
	}
	if c.lastTurn > 0 {
		if outcome, err := known(tx, request, at); outcome != nil || err != nil {
			return outcome, err
		}
	}
	if c.pending != nil {
		last, err := tx.turnByNumber(request.Scope, c.lastTurn, at)
		if err != nil {
			return nil, err
		}
		if !last.dead {
			return store.Busy{Turn: last.number}, nil
		}
		if err := tx.interrupt(request.Scope, last.number, at); err != nil {
			return nil, err
		}
	}
	if err := tx.insertTurn(request, c.lastTurn+1, at); err != nil {
		return nil, err
	}
	return tx.begun(request, c.lastTurn+1)
}

// known answers a request that the conversation has met before: by its token,
// or by its idempotency key. No outcome and no error: it is a new one.
func known(tx *transaction, request store.BeginTurn, at time.Time) (store.BeginOutcome, error) {
	same, err := tx.turnByToken(request.Scope, request.Token, at)
	switch {
	case err != nil:
		return nil, err
	case same == nil:
		return knownByKey(tx, request, at)
	case same.status == store.Pending:
		return tx.begun(request, same.number)
	case same.status == store.Complete:
		return tx.replayed(request.Scope, same)
	default:
		return nil, superseded()
	}
}

func knownByKey(tx *transaction, request store.BeginTurn, at time.Time) (store.BeginOutcome, error) {
	if request.IdempotencyKey == "" {
		return nil, nil
	}
	same, err := tx.turnByKey(request.Scope, request.IdempotencyKey, at)
	switch {
	case err != nil:
		return nil, err
	case same == nil, same.status == store.Pending && same.dead:
		return nil, nil
	case !bytes.Equal(same.requestHash, request.RequestHash):
		return nil, fault.New(fault.Conflict, "the idempotency key was used for another request").
			WithReason(fault.IdempotencyMismatch)
	case same.status == store.Complete:
		return tx.replayed(request.Scope, same)
	default:
		return store.Busy{Turn: same.number}, nil
	}
}

func (t *transaction) begun(request store.BeginTurn, turn uint64) (store.BeginOutcome, error) {
	history, err := t.window(request.Scope, request.Window)
	if err != nil {
		return nil, err
	}
	state, err := t.memoryState(request.Scope)
	if err != nil {
		return nil, err
	}
	return store.Begun{Turn: turn, History: history, State: state}, nil
}

func (t *transaction) replayed(scope store.Scope, turn *turn) (store.BeginOutcome, error) {
	replies, err := t.replies(scope, turn.number)
	if err != nil {
		return nil, err
	}
	return store.Replayed{Turn: turn.number, Messages: replies, Result: turn.result}, nil
}

func superseded() error {
	return fault.New(fault.Conflict, "the turn is not pending any more").WithReason(fault.TurnSuperseded)
}
