// Package sqlite keeps conversations and tenants in one SQLite file.
//
// Any number of processes may use the file at once, on one machine: each writes
// through one connection, in transactions that take SQLite's write lock when
// they begin, so that what a transaction has read stays true until it commits.
// Calls that come while others write share the next transaction, and its flush.
// Reads go through connections of their own, and wait for no writer. What a
// method has written is on the disk when it returns, but for a turn's beginning
// and a lease, which the next flush covers.
//
// Nothing that a turn does costs more in a longer conversation or with more
// tenants: each statement of it walks an index to the rows that it needs.
package sqlite

import (
	"context"
	"time"

	"github.com/bothost/bothost/plugins/store-sqlite/internal/engine"
	"github.com/bothost/bothost/sdk"
	"github.com/bothost/bothost/sdk/store"
)

// Store implements store.Conversations, store.Tenants, store.Awaiter, store.Checker and
// io.Closer. It is safe for concurrent use.
type Store struct {
	path    string
	writer  *writer
	readers *pool
	// waiting are the calls of AwaitTurn.
	waiting *waiting
	// awaitInterval is how often they look for what other processes did.
	awaitInterval time.Duration
	// changed wakes this process's watches.
	changed  *broadcast
	lifetime *lifetime
}

var (
	_ store.Conversations = (*Store)(nil)
	_ store.Tenants       = (*Store)(nil)
	_ store.Checker       = (*Store)(nil)
	_ store.Awaiter       = (*Store)(nil)
)

// Open opens the file, which it creates if there is none, and brings its schema
// up to date. A file that it must not touch is a fault that says why: one of a
// newer schema, of another program, or on a network file system.
func Open(ctx context.Context, config Config, settings sdk.Settings) (*Store, error) {
	path := config.file(settings.DataDir)
	if err := prepareFile(path); err != nil {
		return nil, err
	}
	s := &Store{
		path:    path,
		writer:  newWriter(path),
		readers: newPool(path),
		waiting: newWaiting(),

		awaitInterval: awaitInterval,

		changed:  newBroadcast(),
		lifetime: newLifetime(),
	}
	if err := s.writer.migrate(ctx, path); err != nil {
		_ = s.closeAll()
		return nil, s.fault("open", err)
	}
	return s, nil
}

// Close ends the watches, waits for the calls that are running, and closes the
// file. Calls after it fail.
func (s *Store) Close() error {
	s.lifetime.end()
	return s.fault("close", s.closeAll())
}

// write runs one transaction, which is on the disk when write returns. What it
// returns is a fault that says what was attempted, and nothing of the transaction
// remains then.
func (s *Store) write(ctx context.Context, attempt string, run func(*transaction) error) error {
	return s.fault(attempt, s.transact(ctx, flushed, run))
}

// transact is write for those who say themselves when the transaction is to be on
// the disk, and what was attempted.
func (s *Store) transact(ctx context.Context, durable durability, run func(*transaction) error) error {
	if err := s.lifetime.enter(); err != nil {
		return err
	}
	defer s.lifetime.leave()
	return s.writer.do(ctx, durable, run)
}

// read runs queries on one connection, again if another process's lock was in
// their way.
func (s *Store) read(ctx context.Context, attempt string, run func(*engine.Connection) error) error {
	if err := s.lifetime.enter(); err != nil {
		return err
	}
	defer s.lifetime.leave()
	return s.fault(attempt, s.readers.read(ctx, run))
}
