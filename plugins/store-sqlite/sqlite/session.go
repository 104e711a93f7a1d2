package sqlite

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/bothost/bothost/plugins/store-sqlite/internal/engine"
)

// session is the writing connection.
type session struct {
	connection *engine.Connection
	// durable is what SQLite was told last.
	durable durability
	// copied is what the connection had written to the log when that was last
	// copied into the file.
	copied int64
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

// setUpWriter turns the log on. It is copied into the file by checkpoints, and not
// by SQLite in the midst of a commit; what it grew to under a long read is cut off
// when it begins anew.
const setUpWriter = `
	PRAGMA journal_mode = WAL;
	PRAGMA synchronous = FULL;
	PRAGMA wal_autocheckpoint = 0;
	PRAGMA journal_size_limit = 16777216`

// openSession opens the file for writing, and sees to it that it has a log. It
// leaves the file of another program as it is.
func openSession(ctx context.Context, path string) (*session, error) {
	c, err := engine.Open(path)
	if err != nil {
		return nil, fmt.Errorf("connect: %w", err)
	}
	err = patiently(ctx, func() error {
		if _, err := schemaVersion(c, path); err != nil {
			return err
		}
		return c.Script(setUpWriter)
	})
	if err != nil {
		return nil, errors.Join(err, c.Close())
	}
	return &session{connection: c, durable: flushed}, nil
}

// begin takes the write lock. It waits until a moment if another process has it,
// and not when ctx has ended.
func (s *session) begin(ctx context.Context, durable durability, giveUp time.Time) error {
	if err := s.setDurability(durable); err != nil {
		return err
	}
	return patientlyUntil(ctx, giveUp, func() error {
		_, err := s.connection.Exec("BEGIN IMMEDIATE")
		return err
	})
}

// setDurability tells SQLite what the next transaction needs. It cannot be a
// statement that is kept: SQLite carries it out when it is prepared.
func (s *session) setDurability(durable durability) error {
	if s.durable == durable {
		return nil
	}
	pragma := "PRAGMA synchronous = FULL"
	if durable == soon {
		pragma = "PRAGMA synchronous = NORMAL"
	}
	if err := s.connection.Script(pragma); err != nil {
		return err
	}
	s.durable = durable
	return nil
}

// commit ends the transaction. If it fails, nothing of it remains.
func (s *session) commit() error {
	_, err := s.connection.Exec("COMMIT")
	if err != nil {
		s.rollBack()
	}
	return err
}

func (s *session) rollBack() {
	if !s.connection.InTransaction() {
		return
	}
	_, err := s.connection.Exec("ROLLBACK")
	s.broken = err != nil
}
