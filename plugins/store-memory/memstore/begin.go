package memstore

import (
	"bytes"
	"context"
	"slices"
	"time"

	"github.com/bothost/bothost/sdk/fault"
	"github.com/bothost/bothost/sdk/message"
	"github.com/bothost/bothost/sdk/store"
)

// BeginTurn implements store.Conversations.
func (s *Store) BeginTurn(_ context.Context, request store.BeginTurn) (store.BeginOutcome, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	at := now()
	c := s.find(request.Scope)
	if c != nil {
		if outcome, err := s.known(c, request, at); outcome != nil || err != nil {
			return outcome, err
		}
		if p := c.pending(); p != nil {
			if !s.dead(p, at) {
				return store.Busy{Turn: p.number}, nil
			}
			p.end(store.Interrupted, at)
		}
	} else {
		c = s.create(request, at)
	}
	return c.begun(c.add(request, at), request), nil
}

// known answers a request that the conversation has met before: by its token,
// or by its idempotency key. No outcome and no error: it is a new one.
func (s *Store) known(c *conversation, request store.BeginTurn, at time.Time) (store.BeginOutcome, error) {
	if t := c.withToken(request.Token); t != nil {
		switch t.status {
		case store.Pending:
			return c.begun(t, request), nil
		case store.Complete:
			return replayed(t), nil
		default:
			return nil, superseded()
		}
	}
	t := c.newest(func(t *turn) bool { return t.answers(request.IdempotencyKey) })
	switch {
	case t == nil, t.status == store.Pending && s.dead(t, at):
		return nil, nil
	case !bytes.Equal(t.requestHash, request.RequestHash):
		return nil, fault.New(fault.Conflict, "the idempotency key was used for another request").
			WithReason(fault.IdempotencyMismatch)
	case t.status == store.Complete:
		return replayed(t), nil
	default:
		return store.Busy{Turn: t.number}, nil
	}
}

// add appends the turn, which is pending from now on.
func (c *conversation) add(request store.BeginTurn, at time.Time) *turn {
	t := &turn{
		number:      uint64(len(c.turns)) + 1,
		token:       request.Token,
		status:      store.Pending,
		holder:      request.Holder,
		deadline:    at.Add(request.Timeout),
		key:         request.IdempotencyKey,
		requestHash: bytes.Clone(request.RequestHash),
		messages:    []message.Message{request.UserMessage},
		started:     at,
		over:        make(chan struct{}),
	}
	c.turns = append(c.turns, t)
	c.updated = at
	if len(request.Metadata) > 0 {
		c.metadata = bytes.Clone(request.Metadata)
	}
	return t
}

func (c *conversation) begun(t *turn, request store.BeginTurn) store.Begun {
	begun := store.Begun{Turn: t.number, History: c.window(request.Window)}
	if c.state != nil {
		state := *c.state
		begun.State = &state
	}
	return begun
}

func replayed(t *turn) store.Replayed {
	return store.Replayed{Turn: t.number, Messages: slices.Clone(t.messages[1:]), Result: t.result}
}

func superseded() error {
	return fault.New(fault.Conflict, "the turn is not pending any more").WithReason(fault.TurnSuperseded)
}
