package sqlite

import (
	"context"
	"fmt"
	"time"
)

// Heartbeat implements store.Conversations. It also drops the leases that have
// expired: no row and an expired one mean the same.
func (s *Store) Heartbeat(ctx context.Context, holder string, ttl time.Duration) error {
	err := s.transact(ctx, soon, func(tx *transaction) error {
		at := now()
		if _, err := tx.Exec(`DELETE FROM holders WHERE expires_at <= ?1`, at.UnixNano()); err != nil {
			return err
		}
		_, err := tx.Exec(`
			INSERT INTO holders (holder, expires_at) VALUES (?1, ?2)
			ON CONFLICT (holder) DO UPDATE SET expires_at = excluded.expires_at`,
			holder, at.Add(ttl).UnixNano())
		return err
	})
	return s.fault(fmt.Sprintf("renew the lease of holder %q", holder), err)
}

// Retire implements store.Conversations.
func (s *Store) Retire(ctx context.Context, holder string) error {
	return s.write(ctx, fmt.Sprintf("retire holder %q", holder), func(tx *transaction) error {
		_, err := tx.Exec(`DELETE FROM holders WHERE holder = ?1`, holder)
		return err
	})
}
