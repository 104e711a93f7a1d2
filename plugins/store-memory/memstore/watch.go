package memstore

import (
	"context"
	"slices"
	"time"

	"github.com/bothost/bothost/sdk/store"
)

// positionInterval is how often a watch says where it is while nothing changes.
const positionInterval = 500 * time.Millisecond

// WatchTenants implements store.Tenants. A position beyond the last change,
// which only a store that has been emptied since can be asked for, is told as
// the last change's.
func (s *Store) WatchTenants(ctx context.Context, after *uint64, emit func(store.WatchEvent) error) error {
	position := s.position(after)
	if err := emit(store.Position{Revision: position}); err != nil {
		return err
	}
	for {
		changes, changed := s.changesAfter(position)
		for _, change := range changes {
			if err := emit(change); err != nil {
				return err
			}
			position = change.Revision
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-changed:
		case <-time.After(positionInterval):
			if err := emit(store.Position{Revision: position}); err != nil {
				return err
			}
		}
	}
}

func (s *Store) position(after *uint64) uint64 {
	s.mu.Lock()
	defer s.mu.Unlock()
	if after == nil {
		return s.registry.revision()
	}
	return min(*after, s.registry.revision())
}

// changesAfter gives the changes after a revision, and a channel that is closed
// with the next one.
func (s *Store) changesAfter(position uint64) ([]store.Change, <-chan struct{}) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.registry.changes[position:]), s.registry.changed
}
