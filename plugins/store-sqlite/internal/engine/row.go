package engine

import (
	"modernc.org/libc"
	sqlite3 "modernc.org/sqlite/lib"
)

// Row reads the columns of a row, which count from 0. A column's type is its
// table's, which is strict: there is nothing to convert that could fail. NULL
// reads as zero, or nil.
type Row struct{ statement *statement }

// Int reads a number.
func (r Row) Int(column int) int64 {
	return sqlite3.Xsqlite3_column_int64(r.statement.connection.thread, r.statement.handle, int32(column))
}

// Bool reads a number that is 0 or 1.
func (r Row) Bool(column int) bool { return r.Int(column) != 0 }

// IsNull reports whether there is nothing to read.
func (r Row) IsNull(column int) bool {
	return sqlite3.Xsqlite3_column_type(r.statement.connection.thread, r.statement.handle, int32(column)) == sqlite3.SQLITE_NULL
}

// Text reads a text.
func (r Row) Text(column int) string { return string(r.view(column)) }

// Blob reads a blob, or a text's bytes.
func (r Row) Blob(column int) []byte {
	view := r.view(column)
	if view == nil {
		return nil
	}
	return append(make([]byte, 0, len(view)), view...)
}

// view gives a column's bytes where SQLite has them, until the next step.
func (r Row) view(column int) []byte {
	thread, handle := r.statement.connection.thread, r.statement.handle
	start := sqlite3.Xsqlite3_column_blob(thread, handle, int32(column))
	if start == 0 {
		// NULL, or of no length.
		return nil
	}
	return libc.GoBytes(start, int(sqlite3.Xsqlite3_column_bytes(thread, handle, int32(column))))
}
