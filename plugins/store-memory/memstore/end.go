package memstore

import (
	"context"

	"github.com/bothost/bothost/sdk/store"
)

// CommitTurn implements store.Conversations.
func (s *Store) CommitTurn(_ context.Context, request store.CommitTurn) (store.Committed, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	c, t := s.turn(request.Scope, request.Token)
	switch {
	case t == nil:
		return store.Committed{}, superseded()
	case t.committed():
		return store.Committed{At: t.ended}, nil
	case t.status != store.Pending:
		return store.Committed{}, superseded()
	}
	t.end(request.Status, now())
	t.messages = append(t.messages, request.Messages...)
	t.result = request.Result
	c.updated = t.ended
	if request.State != nil {
		state := *request.State
		c.state = &state
	}
	return store.Committed{At: t.ended}, nil
}

// FailTurn implements store.Conversations.
func (s *Store) FailTurn(_ context.Context, request store.FailTurn) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	c, t := s.turn(request.Scope, request.Token)
	switch {
	case t == nil, t.committed(), t.status == store.Interrupted:
		return superseded()
	case t.status == store.Pending:
		t.end(request.Status, now())
		c.updated = t.ended
	}
	return nil
}

func (s *Store) turn(scope store.Scope, token store.Token) (*conversation, *turn) {
	c := s.find(scope)
	if c == nil {
		return nil, nil
	}
	return c, c.withToken(token)
}
