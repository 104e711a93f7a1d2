package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
)

// writer runs transactions one after the other on the process's one writing
// connection. A transaction is a function that may be run as it is beside others
// between one begin and one commit: it leaves no trace but its statements'.
type writer struct {
	pool *sql.DB
	// turn holds the session while nobody writes; nil in it: to be opened.
	turn chan *session
}

func newWriter(pool *sql.DB) *writer {
	w := &writer{pool: pool, turn: make(chan *session, 1)}
	w.turn <- nil
	return w
}

// do runs one transaction, and commits it if run returns nil. ctx ends the wait
// for the write lock; once begun, a transaction goes on to its end, which is
// near, so that its outcome is known.
func (w *writer) do(ctx context.Context, durable durability, run func(*transaction) error) error {
	var s *session
	select {
	case <-ctx.Done():
		return ctx.Err()
	case s = <-w.turn:
	}
	defer func() { w.turn <- s }()
	if s == nil || s.broken {
		opened, err := w.reopen(ctx, s)
		s = opened
		if err != nil {
			return err
		}
	}
	return s.transact(ctx, durable, run)
}

// reopen gives up a broken session, if there is one, and begins another.
func (w *writer) reopen(ctx context.Context, broken *session) (*session, error) {
	if broken != nil {
		if err := broken.close(); err != nil {
			return nil, fmt.Errorf("close a broken connection: %w", err)
		}
	}
	connection, err := w.pool.Conn(ctx)
	if err != nil {
		return nil, fmt.Errorf("connect: %w", err)
	}
	return &session{connection: connection, statements: map[string]*sql.Stmt{}}, nil
}

// close closes the connection, once the running transaction has ended.
func (w *writer) close() error {
	s := <-w.turn
	defer func() { w.turn <- nil }()
	var err error
	if s != nil {
		err = s.close()
	}
	return errors.Join(err, w.pool.Close())
}
