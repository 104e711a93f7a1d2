package sqlite_test

import (
	"errors"
	"os"
	"path/filepath"
	"testing"

	"github.com/bothost/bothost/plugins/store-sqlite/sqlite"
	"github.com/bothost/bothost/sdk/fault"
)

// TestBackup copies a database while another process writes to it.
func TestBackup(t *testing.T) {
	t.Parallel()
	folder := filled(t, 100)
	writer := startChild(t, folder, "holder of the child")
	for round, back := range map[string]func(to string) error{
		"the store's": func(to string) error { return sqlite.Backup(t.Context(), file(folder), to) },
		"any program's": func(to string) error {
			_, err := database(t, folder).ExecContext(t.Context(), "PRAGMA busy_timeout = 10000; VACUUM INTO ?1", to)
			return err
		},
	} {
		told := writer.turn(t)
		copied := t.TempDir()
		if err := back(file(copied)); err != nil {
			t.Fatalf("%s: %v", round, err)
		}
		last := writer.turn(t)
		var verdict string
		if err := database(t, copied).QueryRowContext(t.Context(), "PRAGMA integrity_check").Scan(&verdict); err != nil || verdict != "ok" {
			t.Errorf("%s: the copy is %q, %v", round, verdict, err)
		}
		s := open(t, copied)
		if err := s.Retire(t.Context(), "holder of the child"); err != nil {
			t.Fatal(err)
		}
		checkTranscript(t, s, told)
		if next, err := runTurn(t.Context(), s, "holder"); err != nil || next <= told {
			t.Errorf("%s: after turn %d, the copy begins turn %d, %v", round, told, next, err)
		}
		t.Logf("%s: turn %d came before the copy, turn %d after it", round, told, last)
	}
	writer.kill(t)
}

func TestBackupRefusals(t *testing.T) {
	t.Parallel()
	folder, free := filled(t, 1), filepath.Join(t.TempDir(), "copy.db")
	foreign := t.TempDir()
	alter(t, foreign, `CREATE TABLE songs (name TEXT)`)
	for name, c := range map[string]struct {
		from, to string
		code     fault.Code
	}{
		"nothing to copy":  {file(t.TempDir()), free, fault.NotFound},
		"another's":        {file(foreign), free, fault.Invalid},
		"onto a file":      {file(folder), file(folder), fault.Invalid},
		"into no folder":   {file(folder), filepath.Join(folder, "none", "copy.db"), fault.Invalid},
		"from a directory": {folder, free, fault.Unavailable},
	} {
		if err := sqlite.Backup(t.Context(), c.from, c.to); !fault.Is(err, c.code) {
			t.Errorf("%s: %v, want %s", name, err, c.code)
		}
		if _, err := os.Stat(free); !errors.Is(err, os.ErrNotExist) {
			t.Errorf("%s: there is a copy: %v", name, err)
		}
	}
	if err := sqlite.Backup(t.Context(), file(folder), free); err != nil {
		t.Fatal(err)
	}
	if info, err := os.Stat(free); err != nil || info.Mode() != 0o600 {
		t.Errorf("the copy has the mode %s, %v", info.Mode(), err)
	}
}
