package postgres

import (
	"context"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
)

// repeat says whether a call whose outcome is unknown may be made again.
type repeat bool

const (
	// harmless calls read, or write what a second time is the same.
	harmless repeat = true
	// harmful calls answer differently the second time.
	harmful repeat = false
)

// lostError is a call during which the connection broke. Whether the server
// did what it was asked is unknown.
type lostError struct{ error }

func (e lostError) Unwrap() error { return e.error }

// unsentError is a connection that was found dead before anything was sent.
type unsentError struct{ error }

func (e unsentError) Unwrap() error { return e.error }

// SafeToRetry is what pgconn.SafeToRetry asks.
func (e unsentError) SafeToRetry() bool { return true }

// run makes one call to the database and turns its error into a fault. doing
// says what is attempted, for messages.
//
// A call that finds its connection broken is made once more on a new one, where
// that does no harm, and so is any call that the server undid. All connections
// that were idle are dropped first if it is about them: a server that went away
// took them all, and one that only reads now is not the one to talk to any more.
func (s *Store) run(ctx context.Context, doing string, rule repeat, work func(*pgx.Conn) error) error {
	err := s.attempt(ctx, rule, work)
	if err == nil || ctx.Err() != nil {
		return s.access.explain(ctx, doing, err)
	}
	_, lost := err.(lostError) //nolint:errorlint // It is made by attempt, and never wrapped.
	switch {
	case pgconn.SafeToRetry(err), lost && bool(rule), answered(err, readOnlyTransaction):
		s.pool.Reset()
	case answered(err, serializationFailure), answered(err, deadlockDetected):
	default:
		return s.access.explain(ctx, doing, err)
	}
	return s.access.explain(ctx, doing, s.attempt(ctx, rule, work))
}

// answered reports whether the server refused a call, and did nothing of it, for
// the reason of that SQLSTATE.
func answered(err error, code string) bool {
	failure, ok := errors.AsType[*pgconn.PgError](err)
	return ok && failure.Code == code
}

func (s *Store) attempt(ctx context.Context, rule repeat, work func(*pgx.Conn) error) error {
	connection, err := s.pool.Acquire(ctx)
	if err != nil {
		return err
	}
	defer connection.Release()
	if rule == harmful {
		if err := connection.Ping(ctx); err != nil {
			return unsentError{err}
		}
	}
	err = work(connection.Conn())
	if err != nil && connection.Conn().IsClosed() {
		return lostError{err}
	}
	return err
}

// one calls a function of the schema that answers with one row at most, and
// gives nil for none. The statement names the columns it reads: a later version
// of the schema may add others.
func one[T any](ctx context.Context, s *Store, doing string, rule repeat, read pgx.RowToFunc[T], statement string, arguments ...any) (*T, error) {
	rows, err := many(ctx, s, doing, rule, read, statement, arguments...)
	if err != nil || len(rows) == 0 {
		return nil, err
	}
	return &rows[0], nil
}

// many calls a function of the schema that answers with any number of rows.
func many[T any](ctx context.Context, s *Store, doing string, rule repeat, read pgx.RowToFunc[T], statement string, arguments ...any) ([]T, error) {
	var found []T
	err := s.run(ctx, doing, rule, func(connection *pgx.Conn) error {
		rows, err := connection.Query(ctx, statement, arguments...)
		if err != nil {
			return err
		}
		found, err = pgx.CollectRows(rows, read)
		return err
	})
	if err != nil {
		return nil, err
	}
	return found, nil
}

// scalar calls a function of the schema that answers with one value.
func scalar[T any](ctx context.Context, s *Store, doing string, rule repeat, statement string, arguments ...any) (T, error) {
	value, err := one(ctx, s, doing, rule, pgx.RowTo[T], statement, arguments...)
	if err != nil {
		return *new(T), err
	}
	if value == nil {
		return *new(T), fmt.Errorf("store-postgres: %s: the database answered nothing", doing)
	}
	return *value, nil
}
