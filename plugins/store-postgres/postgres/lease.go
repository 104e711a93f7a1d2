package postgres

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"
)

// Heartbeat implements store.Conversations.
func (s *Store) Heartbeat(ctx context.Context, holder string, ttl time.Duration) error {
	if err := checkHolder(holder); err != nil {
		return err
	}
	return s.execute(ctx, "renew the lease of a holder", harmless,
		`SELECT bothost.heartbeat($1, $2)`, holder, ttl.Microseconds())
}

// Retire implements store.Conversations.
func (s *Store) Retire(ctx context.Context, holder string) error {
	if err := checkHolder(holder); err != nil {
		return err
	}
	return s.execute(ctx, "end the lease of a holder", harmless, `SELECT bothost.retire($1)`, holder)
}

// execute calls a function of the schema that answers nothing.
func (s *Store) execute(ctx context.Context, doing string, rule repeat, statement string, arguments ...any) error {
	return s.run(ctx, doing, rule, func(connection *pgx.Conn) error {
		_, err := connection.Exec(ctx, statement, arguments...)
		return err
	})
}
