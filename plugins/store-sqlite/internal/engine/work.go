package engine

import (
	"modernc.org/libc"
	sqlite3 "modernc.org/sqlite/lib"
)

// Work is what a connection has done so far. It is counted, and hence the same on
// every machine, which time is not.
type Work struct {
	// Steps are instructions of SQLite's machine: a few for each row and column.
	Steps int64
	// Pages were looked at, and Written written to the log.
	Pages, Written int64
}

// Work tells the connection's work.
func (c *Connection) Work() (w Work) {
	const keepCounting = 0
	for _, s := range c.statements {
		w.Steps += int64(sqlite3.Xsqlite3_stmt_status(c.thread, s.handle, sqlite3.SQLITE_STMTSTATUS_VM_STEP, keepCounting))
	}
	w.Pages = c.status(sqlite3.SQLITE_DBSTATUS_CACHE_HIT) + c.status(sqlite3.SQLITE_DBSTATUS_CACHE_MISS)
	w.Written = c.Written()
	return w
}

// Written counts the pages that the connection has written to the log.
func (c *Connection) Written() int64 { return c.status(sqlite3.SQLITE_DBSTATUS_CACHE_WRITE) }

// status reads a counter, which SQLite gives together with a maximum.
func (c *Connection) status(counter int32) int64 {
	const size, keepCounting = 4, 0
	current, maximum := c.slot, c.slot+size
	sqlite3.Xsqlite3_db_status(c.thread, c.handle, counter, current, maximum, keepCounting)
	return int64(libc.AtomicLoadPInt32(current))
}
