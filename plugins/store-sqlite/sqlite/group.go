package sqlite

import (
	"errors"
	"fmt"
)

// group runs the transactions of its members as one: what one of them did is
// undone if it fails, and all of it if the whole cannot be committed.
func (s *session) group(members []*request) {
	tx := &transaction{s.connection}
	for _, m := range members {
		m.err = tx.member(m, len(members) > 1)
		if !s.connection.InTransaction() {
			// SQLite has rolled back all of it, as when the disk is full.
			failAll(members, errors.Join(m.err, errRolledBack))
			return
		}
	}
	if !anyDone(members) {
		s.rollBack()
		return
	}
	if err := s.commit(); err != nil {
		failAll(members, err)
	}
}

var errRolledBack = errors.New("the transaction was rolled back")

// member runs one member. One that has the transaction to itself needs no
// savepoint: if it fails, nothing is committed.
func (t *transaction) member(m *request, hasOthers bool) error {
	if !hasOthers {
		return m.runSafely(t)
	}
	if _, err := t.Exec("SAVEPOINT member"); err != nil {
		return fmt.Errorf("set a savepoint: %w", err)
	}
	err := m.runSafely(t)
	if !t.InTransaction() {
		return err
	}
	if err != nil {
		if _, undoErr := t.Exec("ROLLBACK TO member"); undoErr != nil {
			// The savepoint stays open: nothing may be committed.
			return errors.Join(err, undoErr, t.Script("ROLLBACK"))
		}
	}
	_, releaseErr := t.Exec("RELEASE member")
	return errors.Join(err, releaseErr)
}

func anyDone(members []*request) bool {
	for _, m := range members {
		if m.err == nil {
			return true
		}
	}
	return false
}

// failAll tells the members that nothing was committed. Those that have failed
// already keep what they know.
func failAll(members []*request, err error) {
	for _, m := range members {
		if m.err == nil {
			m.err = err
		}
	}
}
