package sqlite_test

import (
	"bytes"
	"database/sql"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	_ "modernc.org/sqlite" // another program's means

	"github.com/bothost/bothost/plugins/store-sqlite/sqlite"
	"github.com/bothost/bothost/sdk"
	"github.com/bothost/bothost/sdk/fault"
	"github.com/bothost/bothost/sdk/store"
)

// file is the default database in a folder.
func file(folder string) string { return filepath.Join(folder, "bothost.db") }

// wantFault opens a file that must be refused, and checks what is said of it.
func wantFault(t *testing.T, folder string, code fault.Code, words ...string) {
	t.Helper()
	s, err := sqlite.Open(t.Context(), sqlite.Config{}, sdk.Settings{DataDir: folder})
	if err == nil {
		t.Fatalf("the file was opened; close: %v", s.Close())
	}
	wantWords(t, err, code, append(words, file(folder))...)
}

func wantWords(t *testing.T, err error, code fault.Code, words ...string) {
	t.Helper()
	if !fault.Is(err, code) || fault.As(err).Remedy == "" {
		t.Fatalf("got the error %v (%s), want one that is %s, with a remedy", err, fault.As(err).Code, code)
	}
	for _, word := range words {
		if !strings.Contains(err.Error(), word) {
			t.Errorf("the error %q does not say %q", err, word)
		}
	}
}

// alter changes a file with another program's means.
func alter(t *testing.T, folder, statements string) {
	t.Helper()
	db, err := sql.Open("sqlite", file(folder))
	if err != nil {
		t.Fatal(err)
	}
	_, err = db.ExecContext(t.Context(), statements)
	if err := errors.Join(err, db.Close()); err != nil {
		t.Fatal(err)
	}
}

// filled makes a file of some turns, and closes it.
func filled(t *testing.T, turns int) string {
	t.Helper()
	folder := t.TempDir()
	s, err := sqlite.Open(t.Context(), sqlite.Config{}, sdk.Settings{DataDir: folder})
	if err != nil {
		t.Fatal(err)
	}
	for range turns {
		if _, err := runTurn(t.Context(), s, "holder"); err != nil {
			t.Fatal(err)
		}
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	return folder
}

func TestReopened(t *testing.T) {
	t.Parallel()
	folder := filled(t, 5)
	s := open(t, folder)
	checkTranscript(t, s, 5)
	if turn, err := runTurn(t.Context(), s, "holder"); err != nil || turn != 6 {
		t.Errorf("the next turn is %d, %v; want 6", turn, err)
	}
}

func TestFileIsPrivate(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	s, err := sqlite.Open(t.Context(), sqlite.Config{Path: "a/b/c.db"}, sdk.Settings{DataDir: folder})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = s.Close() }()
	for path, want := range map[string]os.FileMode{
		"a": os.ModeDir | 0o700, "a/b": os.ModeDir | 0o700,
		"a/b/c.db": 0o600, "a/b/c.db-wal": 0o600, "a/b/c.db-shm": 0o600,
	} {
		info, err := os.Stat(filepath.Join(folder, path))
		if err != nil {
			t.Error(err)
		} else if info.Mode() != want {
			t.Errorf("%s has the mode %s, want %s", path, info.Mode(), want)
		}
	}
}

func TestNewerSchema(t *testing.T) {
	t.Parallel()
	folder := filled(t, 1)
	alter(t, folder, `UPDATE schema_version SET version = 9, oldest_reader = 1`)
	s, err := sqlite.Open(t.Context(), sqlite.Config{}, sdk.Settings{DataDir: folder})
	if err != nil {
		t.Fatalf("a newer schema that this version can read: %v", err)
	}
	checkTranscript(t, s, 1)
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	alter(t, folder, `UPDATE schema_version SET oldest_reader = 8`)
	wantFault(t, folder, fault.Unavailable, "schema version 9", "knows version 8", "knows version 1")
}

func TestForeignDatabase(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	alter(t, folder, `CREATE TABLE songs (name TEXT)`)
	before, err := os.ReadFile(file(folder))
	if err != nil {
		t.Fatal(err)
	}
	wantFault(t, folder, fault.Invalid, "another program")
	alter(t, folder, `PRAGMA journal_mode = DELETE`)
	after, err := os.ReadFile(file(folder))
	if err != nil {
		t.Fatal(err)
	}
	if len(before) != len(after) {
		t.Errorf("the file had %d bytes, and has %d", len(before), len(after))
	}
}

func TestNoDatabase(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	if err := os.WriteFile(file(folder), bytes.Repeat([]byte("text "), 1000), 0o600); err != nil {
		t.Fatal(err)
	}
	wantFault(t, folder, fault.Unavailable, "no SQLite database")
}

func TestFolderInTheWay(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	if err := os.Mkdir(file(folder), 0o700); err != nil {
		t.Fatal(err)
	}
	wantFault(t, folder, fault.Unavailable)
}

func TestParentIsAFile(t *testing.T) {
	t.Parallel()
	folder := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(folder, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	wantFault(t, folder, fault.Unavailable)
}

func TestDamagedFile(t *testing.T) {
	t.Parallel()
	folder := filled(t, 500)
	content, err := os.ReadFile(file(folder))
	if err != nil {
		t.Fatal(err)
	}
	const page = 4096
	for i := 2 * page; i < len(content); i++ {
		content[i] = 0xa5
	}
	if err := os.WriteFile(file(folder), content, 0o600); err != nil {
		t.Fatal(err)
	}
	s, err := sqlite.Open(t.Context(), sqlite.Config{}, sdk.Settings{DataDir: folder})
	if err == nil {
		defer func() { _ = s.Close() }()
		_, err = s.ListMessages(t.Context(), store.ListMessages{Scope: scope, Limit: 200})
	}
	wantWords(t, err, fault.Unavailable, "damaged", file(folder))
}

func TestLockedFile(t *testing.T) {
	t.Parallel()
	folder := filled(t, 1)
	s := open(t, folder)
	db, err := sql.Open("sqlite", file(folder)+"?_txlock=immediate")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = db.Close() }()
	lock, err := db.BeginTx(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	checkTranscript(t, s, 1) // readers wait for nobody
	written := make(chan error, 1)
	go func() { written <- s.Heartbeat(t.Context(), "holder", time.Hour) }()
	if err := lock.Rollback(); err != nil {
		t.Fatal(err)
	}
	if err := <-written; err != nil {
		t.Errorf("a write that waited for a lock: %v", err)
	}
}

func TestOpenedByManyAtOnce(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			s, err := sqlite.Open(t.Context(), sqlite.Config{}, sdk.Settings{DataDir: folder})
			if err != nil {
				t.Errorf("open: %v", err)
				return
			}
			if err := s.Close(); err != nil {
				t.Errorf("close: %v", err)
			}
		})
	}
	all.Wait()
}

func TestCheck(t *testing.T) {
	t.Parallel()
	folder := filled(t, 1)
	s := open(t, folder)
	summary, err := s.Check(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, word := range []string{file(folder), "schema version 1", "SQLite 3."} {
		if !strings.Contains(summary, word) {
			t.Errorf("the summary %q does not say %q", summary, word)
		}
	}
}

func TestClosed(t *testing.T) {
	t.Parallel()
	s, err := sqlite.Open(t.Context(), sqlite.Config{}, sdk.Settings{DataDir: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	began, ended := make(chan struct{}), make(chan error, 1)
	go func() {
		begin := sync.OnceFunc(func() { close(began) })
		ended <- s.WatchTenants(t.Context(), nil, func(store.WatchEvent) error {
			begin()
			return nil
		})
	}()
	<-began
	if err := s.Close(); err != nil {
		t.Errorf("close: %v", err)
	}
	if err := <-ended; !fault.Is(err, fault.Unavailable) {
		t.Errorf("the watch ended with %v", err)
	}
	if _, err := s.GetConversation(t.Context(), scope); !fault.Is(err, fault.Unavailable) {
		t.Errorf("a call after Close: %v", err)
	}
	if err := s.Close(); err != nil {
		t.Errorf("close again: %v", err)
	}
}

func TestCommitsAreFlushed(t *testing.T) {
	t.Parallel()
	s := open(t, t.TempDir())
	const normal, full = 1, 2
	for range 2 {
		begin, commit, err := s.Synchronous(t.Context())
		if err != nil || begin != normal || commit != full {
			t.Errorf("synchronous is %d when a turn begins and %d when it is committed, %v; want %d and %d",
				begin, commit, err, normal, full)
		}
	}
}

// TestTruncatedFile cuts a file's end off, as a copy that was not finished.
func TestTruncatedFile(t *testing.T) {
	t.Parallel()
	folder := filled(t, 500)
	info, err := os.Stat(file(folder))
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Truncate(file(folder), info.Size()/2); err != nil {
		t.Fatal(err)
	}
	s, err := sqlite.Open(t.Context(), sqlite.Config{}, sdk.Settings{DataDir: folder})
	if err == nil {
		defer func() { _ = s.Close() }()
		_, err = runTurn(t.Context(), s, "holder")
	}
	wantWords(t, err, fault.Unavailable, "damaged", file(folder))
}

// TestCheckWrites has a check be a change that other programs can see.
func TestCheckWrites(t *testing.T) {
	t.Parallel()
	folder := filled(t, 1)
	s := open(t, folder)
	before := logSize(t, folder)
	if _, err := s.Check(t.Context()); err != nil {
		t.Fatal(err)
	}
	if after := logSize(t, folder); after <= before {
		t.Errorf("the log has %d bytes, and had %d before the check", after, before)
	}
}
