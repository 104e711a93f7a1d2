package sqlite

import (
	"context"
	"errors"
	"slices"
	"time"

	"github.com/bothost/bothost/plugins/store-sqlite/internal/engine"
)

// WindowStatement reads a window.
const WindowStatement = selectWindow

// Statements gives the text of all statements that the store has run on the
// connections that it has open, and of those of a watch. Nothing may be running.
func (s *Store) Statements() []string {
	all := append(s.writer.session.connection.Statements(), selectChanges)
	for _, c := range s.lentNowhere() {
		all = append(all, c.Statements()...)
	}
	slices.Sort(all)
	return slices.Compact(all)
}

// Synchronous gives SQLite's level of synchronous in a transaction as turns
// begin with, and in one as they are committed with.
func (s *Store) Synchronous(ctx context.Context) (begin, commit int64, err error) {
	read := func(level *int64) func(*transaction) error {
		return func(tx *transaction) error {
			_, err := tx.First(func(row engine.Row) { *level = row.Int(0) }, "PRAGMA synchronous")
			return err
		}
	}
	err = errors.Join(
		s.transact(ctx, soon, read(&begin)),
		s.transact(ctx, flushed, read(&commit)))
	return begin, commit, err
}

// Waiting tells how many transactions wait for their group.
func (s *Store) Waiting() int {
	s.writer.mu.Lock()
	defer s.writer.mu.Unlock()
	return len(s.writer.queue)
}

// SetPatience changes how long a write waits for another process's lock. Nothing
// may be running.
func (s *Store) SetPatience(patience time.Duration) { s.writer.patience = patience }

// Awaiting tells how many conversations are waited for.
func (s *Store) Awaiting() int {
	s.waiting.mu.Lock()
	defer s.waiting.mu.Unlock()
	return len(s.waiting.conversations)
}

// WriterWork tells the work of the writing connection. Nothing may be running.
func (s *Store) WriterWork() engine.Work { return s.writer.session.connection.Work() }

// ReaderWork tells the work of the reading connections. Nothing may be running.
func (s *Store) ReaderWork() (all engine.Work) {
	for _, c := range s.lentNowhere() {
		work := c.Work()
		all.Steps += work.Steps
		all.Pages += work.Pages
	}
	return all
}

// lentNowhere gives the reading connections that are open.
func (s *Store) lentNowhere() (open []*engine.Connection) {
	for range readers {
		c := <-s.readers.slots
		if c != nil {
			open = append(open, c)
		}
		s.readers.slots <- c
	}
	return open
}

// SetAwaitInterval changes how often calls that wait look at what other processes
// did. Nothing may be running.
func (s *Store) SetAwaitInterval(interval time.Duration) { s.awaitInterval = interval }

// Panic panics in the midst of a transaction.
func (s *Store) Panic(ctx context.Context, value any) error {
	return s.transact(ctx, soon, func(*transaction) error { panic(value) })
}
