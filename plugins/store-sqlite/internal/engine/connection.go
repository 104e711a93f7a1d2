// Package engine speaks to SQLite itself, one layer below database/sql: the C
// interface as modernc.org/sqlite/lib has it, with Go's types.
//
// A turn takes about ten statements of a microsecond each. Through database/sql
// each of them would cost two microseconds more, and a page of memory for what
// it reads; and the store needs nothing of what that buys: it writes through one
// connection, and its pool is a channel.
//
// No method waits for a lock that another process holds: it fails with
// SQLITE_BUSY at once, and the caller decides how long to try.
package engine

import (
	"errors"
	"fmt"

	"modernc.org/libc"
	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"
)

// slotSize is enough for a pointer on every platform, or two numbers of 32 bits.
const slotSize = 8

// Connection is an open database file. It is not safe for concurrent use, and
// neither are its statements.
type Connection struct {
	thread *libc.TLS
	handle uintptr
	// slot is where SQLite puts what it returns through a pointer.
	slot uintptr
	// statements are kept, by their text.
	statements map[string]*statement
}

// Open opens a database file, which it creates if there is none. SQLite reads
// nothing of it yet. A file that it may not write to is refused: SQLite would
// open it for reading.
func Open(path string) (*Connection, error) {
	// As SQLite's own builds do, where the system can: what is on the disk then is
	// the same, but for the time of the change, which costs another write.
	_, _ = sqlite.Fdatasync(true)
	c := &Connection{thread: libc.NewTLS(), statements: map[string]*statement{}}
	c.slot = libc.Xmalloc(c.thread, slotSize)
	name, err := libc.CString(path)
	if err != nil || c.slot == 0 {
		return nil, errors.Join(outOfMemory(), c.Close())
	}
	defer libc.Xfree(c.thread, name)
	const flags = sqlite3.SQLITE_OPEN_READWRITE | sqlite3.SQLITE_OPEN_CREATE |
		sqlite3.SQLITE_OPEN_NOMUTEX | sqlite3.SQLITE_OPEN_EXRESCODE
	code := sqlite3.Xsqlite3_open_v2(c.thread, name, c.slot, flags, 0)
	c.handle = libc.AtomicLoadPUintptr(c.slot)
	if code != sqlite3.SQLITE_OK {
		return nil, errors.Join(c.failure(code), c.Close())
	}
	if sqlite3.Xsqlite3_db_readonly(c.thread, c.handle, 0) != 0 {
		return nil, errors.Join(&Error{Code: sqlite3.SQLITE_READONLY, Message: "the file is read-only"}, c.Close())
	}
	return c, nil
}

// Close gives up what the connection holds; an open transaction is rolled back.
// No other method may follow.
func (c *Connection) Close() error {
	for _, s := range c.statements {
		s.finalize()
	}
	code := sqlite3.Xsqlite3_close_v2(c.thread, c.handle)
	libc.Xfree(c.thread, c.slot)
	c.thread.Close()
	if code != sqlite3.SQLITE_OK {
		return &Error{Code: int(code), Message: "the connection could not be closed"}
	}
	return nil
}

// Script runs any number of statements without parameters, and drops the rows
// that they give.
func (c *Connection) Script(script string) error {
	text, err := libc.CString(script)
	if err != nil {
		return outOfMemory()
	}
	defer libc.Xfree(c.thread, text)
	return c.check(sqlite3.Xsqlite3_exec(c.thread, c.handle, text, 0, 0, 0))
}

// InTransaction reports whether a transaction is open. After a failed statement
// there may be none any more: SQLite rolls back by itself when a disk is full.
func (c *Connection) InTransaction() bool {
	return sqlite3.Xsqlite3_get_autocommit(c.thread, c.handle) == 0
}

// Checkpoint copies from the log into the file what no reader keeps it from, and
// waits for nobody.
func (c *Connection) Checkpoint() error {
	return c.check(sqlite3.Xsqlite3_wal_checkpoint_v2(c.thread, c.handle, 0, sqlite3.SQLITE_CHECKPOINT_PASSIVE, 0, 0))
}

func (c *Connection) check(code int32) error {
	if code == sqlite3.SQLITE_OK {
		return nil
	}
	return c.failure(code)
}

func (c *Connection) failure(code int32) error {
	return &Error{Code: int(code), Message: libc.GoString(sqlite3.Xsqlite3_errmsg(c.thread, c.handle))}
}

// Error is what SQLite answered.
type Error struct {
	// Code is the extended result code, of modernc.org/sqlite/lib.
	Code    int
	Message string
}

func (e *Error) Error() string { return fmt.Sprintf("%s (%d)", e.Message, e.Code) }

// Primary is the part of the code that says what happened; the rest says where.
func (e *Error) Primary() int { return e.Code & 0xff }

// IsBusy reports whether an error says that others hold a lock.
func IsBusy(err error) bool {
	cause, ok := errors.AsType[*Error](err)
	return ok && cause.Primary() == sqlite3.SQLITE_BUSY
}

func outOfMemory() error {
	return &Error{Code: sqlite3.SQLITE_NOMEM, Message: "out of memory"}
}
