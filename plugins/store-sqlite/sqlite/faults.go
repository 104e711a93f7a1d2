package sqlite

import (
	"errors"
	"fmt"
	"time"

	code "modernc.org/sqlite/lib"

	"github.com/bothost/bothost/plugins/store-sqlite/internal/engine"
	"github.com/bothost/bothost/sdk/fault"
)

// fault says what was attempted on which file, and what a person can do about
// it. What is a fault already, as a refusal by the store's rules, stays as it is.
func (s *Store) fault(attempt string, err error) error {
	if err == nil {
		return nil
	}
	if _, ok := errors.AsType[*fault.Error](err); ok {
		return err
	}
	described := fmt.Errorf("store-sqlite: %s: database %s: %w", attempt, s.path, err)
	cause, ok := errors.AsType[*engine.Error](err)
	if !ok {
		return described
	}
	remedy := s.remedy(cause.Primary())
	if remedy == "" {
		return described
	}
	unavailable := fault.New(fault.Unavailable, "%w", described).WithRemedy("%s", remedy)
	if cause.Primary() == code.SQLITE_BUSY {
		return unavailable.WithRetryAfter(time.Second)
	}
	return unavailable
}

// remedy tells what to do about a failure that is not the store's own; empty: it
// is.
func (s *Store) remedy(primary int) string {
	switch primary {
	case code.SQLITE_FULL:
		return "the disk is full: free some space where the database is"
	case code.SQLITE_READONLY, code.SQLITE_PERM, code.SQLITE_AUTH:
		return "make the file and its folder writable for the host's user"
	case code.SQLITE_CANTOPEN:
		return "make the file readable and writable, and its folder too, for the host's user"
	case code.SQLITE_CORRUPT:
		return "the file is damaged: restore it from a backup, or choose another path"
	case code.SQLITE_NOTADB:
		return "the file is no SQLite database: choose another path"
	case code.SQLITE_BUSY, code.SQLITE_LOCKED:
		return "another process keeps the database locked: end it, or wait"
	case code.SQLITE_IOERR:
		return "the disk fails: look at the system's log"
	default:
		return ""
	}
}
