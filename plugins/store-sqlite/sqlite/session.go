package sqlite

import (
	"context"
	"database/sql"
	"errors"
)

// session is the writing connection with its prepared statements.
type session struct {
	connection *sql.Conn
	statements map[string]*sql.Stmt
	// broken says that a transaction may be open still: the session is not to
	// be used any more. Closing its connection rolls back.
	broken bool
}

// transact runs one transaction. It marks the session as broken until it is
// known that the transaction has ended, so that not even a panic in run leaves
// it to others.
func (s *session) transact(ctx context.Context, run func(*transaction) error) error {
	if _, err := (&transaction{ctx: ctx, session: s}).exec("BEGIN IMMEDIATE"); err != nil {
		return err
	}
	s.broken = true
	tx := &transaction{ctx: context.WithoutCancel(ctx), session: s}
	err := run(tx)
	if err == nil {
		_, err = tx.exec("COMMIT")
	}
	if err == nil {
		s.broken = false
		return nil
	}
	// After some failures, as a full disk, SQLite has rolled back by itself:
	// this fails then, and the session is given up to be sure.
	_, rollback := tx.exec("ROLLBACK")
	s.broken = rollback != nil
	return err
}

func (s *session) close() error {
	var errs []error
	for _, statement := range s.statements {
		errs = append(errs, statement.Close())
	}
	return errors.Join(append(errs, s.connection.Close())...)
}
