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
