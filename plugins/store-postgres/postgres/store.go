package postgres

import (
	"context"

	"github.com/hashicorp/go-hclog"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/bothost/bothost/sdk"
	"github.com/bothost/bothost/sdk/store"
)

// Store implements store.Conversations, store.Awaiter, store.Tenants,
// store.Checker and io.Closer. It is safe for concurrent use.
type Store struct {
	access   *access
	pool     *pgxpool.Pool
	listener *listener
}

var (
	_ store.Conversations = (*Store)(nil)
	_ store.Awaiter       = (*Store)(nil)
	_ store.Tenants       = (*Store)(nil)
	_ store.Checker       = (*Store)(nil)
)

// Open connects to the database and brings its schema up to date, or only
// checks it, as the configuration says. It fails with fault.Unavailable if the
// server cannot be reached, and with fault.Invalid if what the configuration
// names cannot work there.
func Open(ctx context.Context, config Config, settings sdk.Settings) (*Store, error) {
	access, err := config.resolve()
	if err != nil {
		return nil, err
	}
	logger := settings.Logger
	if logger == nil {
		logger = hclog.NewNullLogger()
	}
	if err := prepareSchema(ctx, access, config.Migrate == migrateVerify, logger); err != nil {
		return nil, access.refusal(ctx, "open database "+access.pool.ConnConfig.Database, err)
	}
	pool, err := pgxpool.NewWithConfig(context.WithoutCancel(ctx), access.pool)
	if err != nil {
		return nil, access.refusal(ctx, "make the pool of connections", err)
	}
	s := &Store{access: access, pool: pool, listener: newListener(access, logger)}
	if err := s.admit(ctx, logger); err != nil {
		pool.Close()
		return nil, access.refusal(ctx, "open database "+access.pool.ConnConfig.Database, err)
	}
	return s, nil
}

// admit makes sure that the role that serves can connect, and warns of what
// Check refuses.
func (s *Store) admit(ctx context.Context, logger hclog.Logger) error {
	connection, err := s.pool.Acquire(ctx)
	if err != nil {
		return err
	}
	defer connection.Release()
	if err := supported(connection.Conn()); err != nil {
		return err
	}
	found, err := inspect(ctx, connection.Conn())
	if err != nil {
		return err
	}
	if problem := found.problem(s.access); problem != nil {
		logger.Warn("the database can be used but should not be as it is", "problem", problem.Error())
	}
	return nil
}

// Close releases the connections, after the calls that hold them.
func (s *Store) Close() error {
	s.listener.close()
	s.pool.Close()
	return nil
}
