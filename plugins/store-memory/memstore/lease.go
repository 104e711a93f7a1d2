package memstore

import (
	"context"
	"time"

	"github.com/bothost/bothost/sdk/store"
)

// Heartbeat implements store.Conversations.
func (s *Store) Heartbeat(_ context.Context, holder string, ttl time.Duration) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	at := now()
	for other, end := range s.leases {
		if !at.Before(end) {
			delete(s.leases, other)
		}
	}
	s.leases[holder] = at.Add(ttl)
	return nil
}

// Retire implements store.Conversations.
func (s *Store) Retire(_ context.Context, holder string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.leases, holder)
	return nil
}

// dead reports whether a pending turn can be taken over: its own deadline has
// passed, or its holder has no lease (any more).
func (s *Store) dead(t *turn, at time.Time) bool {
	return !at.Before(t.deadline) || !at.Before(s.leases[t.holder])
}

// statusOf is the status that readers are told.
func (s *Store) statusOf(t *turn, at time.Time) store.Status {
	if t.status == store.Pending && s.dead(t, at) {
		return store.Interrupted
	}
	return t.status
}
