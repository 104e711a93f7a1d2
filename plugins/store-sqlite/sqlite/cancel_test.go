package sqlite_test

import (
	"context"
	"database/sql"
	"testing"
	"time"

	"github.com/bothost/bothost/sdk/fault"
)

// TestCancelledWrites ends the contexts of writes at every moment of them: a
// write has been done or not, and the next one works.
func TestCancelledWrites(t *testing.T) {
	t.Parallel()
	s := open(t, t.TempDir())
	for delay := time.Duration(0); delay < 2*time.Millisecond; delay += 2 * time.Microsecond {
		ctx, cancel := context.WithTimeout(t.Context(), delay)
		err := s.Heartbeat(ctx, "holder", time.Hour)
		cancel()
		if err != nil && !fault.Is(err, fault.Timeout) {
			t.Fatalf("a write that was cancelled after %s: %v", delay, err)
		}
	}
	if err := s.Heartbeat(t.Context(), "holder", time.Hour); err != nil {
		t.Fatal(err)
	}
}

// TestCancelledWait ends the context of a write that waits for another process.
func TestCancelledWait(t *testing.T) {
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
	for range 3 {
		ctx, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
		if err := s.Heartbeat(ctx, "holder", time.Hour); !fault.Is(err, fault.Timeout) {
			t.Errorf("a write that cannot have the lock: %v, want a timeout", err)
		}
		cancel()
	}
	if err := lock.Rollback(); err != nil {
		t.Fatal(err)
	}
	if err := s.Heartbeat(t.Context(), "holder", time.Hour); err != nil {
		t.Errorf("a write once the lock is free: %v", err)
	}
}
