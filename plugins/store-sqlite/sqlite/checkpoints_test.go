package sqlite_test

import (
	"testing"

	"github.com/bothost/bothost/plugins/store-sqlite/sqlite"
)

// TestLogBeginsAnew writes many times what the log is to hold, alone and beside a
// reader that stays for a while.
func TestLogBeginsAnew(t *testing.T) {
	t.Parallel()
	const page, most, kept = 4096, 2500, 16 << 20
	folder := filled(t, 1)
	s := open(t, folder)
	writePages(t, s, 2*most)
	if size := logSize(t, folder); size > most*page {
		t.Errorf("the log has grown to %d bytes with nobody in its way", size)
	}
	reader, err := database(t, folder).Conn(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := reader.ExecContext(t.Context(), "BEGIN; SELECT * FROM conversations"); err != nil {
		t.Fatal(err)
	}
	writePages(t, s, 2*most)
	if size := logSize(t, folder); size < kept {
		t.Errorf("the log has %d bytes, as if there were no reader", size)
	}
	if _, err := reader.ExecContext(t.Context(), "ROLLBACK"); err != nil {
		t.Fatal(err)
	}
	writePages(t, s, most)
	if size := logSize(t, folder); size > kept {
		t.Errorf("the log has %d bytes when the reader is gone", size)
	}
	checkTranscript(t, s, 1)
}

// writePages makes turns until they have written so many pages.
func writePages(t *testing.T, s *sqlite.Store, pages int64) {
	t.Helper()
	for before := s.WriterWork().Written; s.WriterWork().Written-before < pages; {
		if _, err := runTurn(t.Context(), s, "holder"); err != nil {
			t.Fatal(err)
		}
	}
}
