package engine

import (
	"fmt"
	"iter"

	"modernc.org/libc"
	sqlite3 "modernc.org/sqlite/lib"
)

// Exec runs a statement, and tells how many rows it changed. It is prepared when
// it is first met, and kept: its text must be a constant.
//
// An argument is an int64, an int, a bool, a string, a []byte, or nil for NULL,
// which a nil []byte is, too.
func (c *Connection) Exec(query string, arguments ...any) (changed int64, err error) {
	for _, err = range c.Rows(query, arguments...) {
		if err != nil {
			return 0, err
		}
	}
	return sqlite3.Xsqlite3_changes64(c.thread, c.handle), nil
}

// Rows runs a statement as Exec does, and gives its rows. They are made as they
// are read: who stops reading stops the work. A row is gone with the next one.
// An error is the last thing that comes.
func (c *Connection) Rows(query string, arguments ...any) iter.Seq2[Row, error] {
	return func(yield func(Row, error) bool) {
		s, err := c.prepared(query)
		if err == nil {
			err = s.bind(arguments)
		}
		if err != nil {
			yield(Row{}, err)
			return
		}
		defer s.reset()
		for {
			switch code := sqlite3.Xsqlite3_step(c.thread, s.handle); code {
			case sqlite3.SQLITE_ROW:
				if !yield(Row{s}, nil) {
					return
				}
			case sqlite3.SQLITE_DONE:
				return
			default:
				yield(Row{}, c.failure(code))
				return
			}
		}
	}
}

// First gives a query's first row to read, if there is one.
func (c *Connection) First(read func(Row), query string, arguments ...any) (found bool, err error) {
	for row, err := range c.Rows(query, arguments...) {
		if err != nil {
			return false, err
		}
		read(row)
		return true, nil
	}
	return false, nil
}

// Statements gives the text of all statements that were met.
func (c *Connection) Statements() []string {
	all := make([]string, 0, len(c.statements))
	for query := range c.statements {
		all = append(all, query)
	}
	return all
}

func (c *Connection) prepared(query string) (*statement, error) {
	if s, ok := c.statements[query]; ok {
		return s, nil
	}
	text, err := libc.CString(query)
	if err != nil {
		return nil, outOfMemory()
	}
	defer libc.Xfree(c.thread, text)
	code := sqlite3.Xsqlite3_prepare_v3(c.thread, c.handle, text, -1, sqlite3.SQLITE_PREPARE_PERSISTENT, c.slot, 0)
	if code != sqlite3.SQLITE_OK {
		return nil, fmt.Errorf("prepare %q: %w", query, c.failure(code))
	}
	s := &statement{connection: c, handle: libc.AtomicLoadPUintptr(c.slot)}
	c.statements[query] = s
	return s, nil
}

// statement is a prepared statement.
type statement struct {
	connection *Connection
	handle     uintptr
	// arguments is memory that SQLite reads bound text and blobs from, and size
	// how much that is. What stays bound after a run is never read again.
	arguments uintptr
	size      int
}

// keptSize is how much memory a statement keeps for its next arguments.
const keptSize = 16 << 10

func (s *statement) reset() {
	// It tells of a failure once more that the last step has told already.
	_ = sqlite3.Xsqlite3_reset(s.connection.thread, s.handle)
	if s.size > keptSize {
		sqlite3.Xsqlite3_clear_bindings(s.connection.thread, s.handle)
		s.release()
	}
}

func (s *statement) finalize() {
	_ = sqlite3.Xsqlite3_finalize(s.connection.thread, s.handle)
	s.release()
}

func (s *statement) release() {
	libc.Xfree(s.connection.thread, s.arguments)
	s.arguments, s.size = 0, 0
}
