package engine

import (
	"fmt"

	"modernc.org/libc"
	"modernc.org/libc/sys/types"
	sqlite3 "modernc.org/sqlite/lib"
)

// bind sets all parameters, in the order of their numbers.
func (s *statement) bind(arguments []any) error {
	if err := s.reserve(arguments); err != nil {
		return err
	}
	if want := int(sqlite3.Xsqlite3_bind_parameter_count(s.connection.thread, s.handle)); want != len(arguments) {
		return fmt.Errorf("a statement of %d parameters got %d arguments", want, len(arguments))
	}
	free := s.arguments
	for i, argument := range arguments {
		var code int32
		thread, number := s.connection.thread, int32(i+1)
		switch value := argument.(type) {
		case int64:
			code = sqlite3.Xsqlite3_bind_int64(thread, s.handle, number, value)
		case int:
			code = sqlite3.Xsqlite3_bind_int64(thread, s.handle, number, int64(value))
		case bool:
			code = sqlite3.Xsqlite3_bind_int64(thread, s.handle, number, integer(value))
		case string:
			copy(libc.GoBytes(free, len(value)), value)
			code = sqlite3.Xsqlite3_bind_text(thread, s.handle, number, free, int32(len(value)), 0)
			free += uintptr(len(value))
		case []byte:
			code = s.bindBlob(number, free, value)
			free += uintptr(len(value))
		case nil:
			code = s.bindBlob(number, free, nil)
		default:
			return fmt.Errorf("argument %d of a statement is of the type %T", i+1, argument)
		}
		if code != sqlite3.SQLITE_OK {
			return s.connection.failure(code)
		}
	}
	return nil
}

func (s *statement) bindBlob(number int32, free uintptr, value []byte) int32 {
	if value == nil {
		return sqlite3.Xsqlite3_bind_null(s.connection.thread, s.handle, number)
	}
	copy(libc.GoBytes(free, len(value)), value)
	return sqlite3.Xsqlite3_bind_blob(s.connection.thread, s.handle, number, free, int32(len(value)), 0)
}

// reserve makes room for the text and blobs among the arguments. There is always
// some: a null pointer would be bound as NULL.
func (s *statement) reserve(arguments []any) error {
	need := 1
	for _, argument := range arguments {
		switch value := argument.(type) {
		case string:
			need += len(value)
		case []byte:
			need += len(value)
		}
	}
	if need <= s.size {
		return nil
	}
	s.release()
	need = max(need, minSize)
	if s.arguments = libc.Xmalloc(s.connection.thread, types.Size_t(need)); s.arguments == 0 {
		return outOfMemory()
	}
	s.size = need
	return nil
}

// minSize is enough for the arguments of most runs.
const minSize = 512

func integer(b bool) int64 {
	if b {
		return 1
	}
	return 0
}
