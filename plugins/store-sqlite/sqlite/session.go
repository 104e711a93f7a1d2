package sqlite

import (
	"context"
	"database/sql"
	"errors"

	"modernc.org/sqlite"
	code "modernc.org/sqlite/lib"
)

// session is the writing connection with its prepared statements.
type session struct {
	connection *sql.Conn
	statements map[string]*sql.Stmt
	// durable is what SQLite was told last; a connection begins with flushed.
	durable durability
	// broken says that a transaction may be open still: the session is not to
	// be used any more. Closing its connection rolls back.
	broken bool
}

// durability says when a transaction is on the disk.
type durability int

const (
	// flushed: when it has ended.
	flushed durability = iota
	// soon: with the next transaction that is flushed. Until then a power cut
	// undoes it, but not the end of the process.
	soon
)

// transact runs one transaction. It marks the session as broken until it is
// known that the transaction has ended, so that not even a panic in run leaves
// it to others.
func (s *session) transact(ctx context.Context, durable durability, run func(*transaction) error) error {
	if err := s.setDurability(ctx, durable); err != nil {
		return err
	}
	s.broken = true
	tx := &transaction{ctx: context.WithoutCancel(ctx), session: s}
	_, err := (&transaction{ctx: ctx, session: s}).exec("BEGIN IMMEDIATE")
	if err == nil {
		err = run(tx)
	}
	if err == nil {
		_, err = tx.exec("COMMIT")
	}
	if err == nil {
		s.broken = false
		return nil
	}
	s.broken = !tx.rollback()
	return err
}

// rollback reports whether no transaction is open any more. There may be one
// after a failed BEGIN, if ctx ended just when it had succeeded, and none after
// a failed statement, since SQLite rolls back by itself when the disk is full.
func (t *transaction) rollback() bool {
	_, err := t.exec("ROLLBACK")
	if cause, ok := errors.AsType[*sqlite.Error](err); ok {
		return cause.Code() == code.SQLITE_ERROR // there was none
	}
	return err == nil
}

// setDurability tells SQLite what the next transaction needs. It cannot be a
// statement that is kept: SQLite carries it out when it is prepared.
func (s *session) setDurability(ctx context.Context, durable durability) error {
	if s.durable == durable {
		return nil
	}
	pragma := "PRAGMA synchronous = FULL"
	if durable == soon {
		pragma = "PRAGMA synchronous = NORMAL"
	}
	if _, err := s.connection.ExecContext(ctx, pragma); err != nil {
		return err
	}
	s.durable = durable
	return nil
}

func (s *session) close() error {
	var errs []error
	for _, statement := range s.statements {
		errs = append(errs, statement.Close())
	}
	return errors.Join(append(errs, s.connection.Close())...)
}
