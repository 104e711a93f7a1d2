package sqlite_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/bothost/bothost/plugins/store-sqlite/sqlite"
	"github.com/bothost/bothost/sdk/fault"
	"github.com/bothost/bothost/sdk/store"
)

// lock takes the write lock of a store's file, as another process would, until
// the function that it gives is called.
func lock(t *testing.T, folder string) (release func()) {
	t.Helper()
	connection, err := database(t, folder).Conn(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := connection.ExecContext(t.Context(), "PRAGMA busy_timeout = 10000; BEGIN IMMEDIATE"); err != nil {
		t.Fatal(err)
	}
	return func() {
		t.Helper()
		_, err := connection.ExecContext(context.WithoutCancel(t.Context()), "ROLLBACK")
		if err := errors.Join(err, connection.Close()); err != nil {
			t.Fatal(err)
		}
	}
}

// together makes calls while nobody can write, and lets them all be one group.
func together(t *testing.T, folder string, s *sqlite.Store, calls ...func() error) []error {
	t.Helper()
	release := lock(t, folder)
	ended := make([]chan error, len(calls))
	for i, call := range calls {
		ended[i] = make(chan error, 1)
		go func() { ended[i] <- call() }()
		awaitQueue(s, i+1)
	}
	release()
	errs := make([]error, len(calls))
	for i := range ended {
		errs[i] = <-ended[i]
	}
	return errs
}

// awaitQueue waits until as many transactions wait for a group.
func awaitQueue(s *sqlite.Store, length int) {
	for s.Waiting() != length {
		runtime.Gosched()
	}
}

// in gives a request to begin a turn of another conversation.
func in(conversation string) store.BeginTurn {
	request := begin("holder")
	request.Conversation = conversation
	return request
}

// TestGroupSharesItsPages begins turns of many conversations, one by one and as
// a group: the log shows whether they were committed together.
func TestGroupSharesItsPages(t *testing.T) {
	t.Parallel()
	const turns = 32
	folder := filled(t, 1)
	s := open(t, folder)
	before := logSize(t, folder)
	for i := range turns {
		if _, err := s.BeginTurn(t.Context(), in(fmt.Sprint("alone ", i))); err != nil {
			t.Fatal(err)
		}
	}
	alone := logSize(t, folder) - before
	var calls []func() error
	for i := range turns {
		calls = append(calls, func() error {
			_, err := s.BeginTurn(t.Context(), in(fmt.Sprint("group ", i)))
			return err
		})
	}
	if err := errors.Join(together(t, folder, s, calls...)...); err != nil {
		t.Fatal(err)
	}
	if grouped := logSize(t, folder) - before - alone; grouped > alone/4 {
		t.Errorf("%d turns wrote %d bytes as a group, and %d one by one", turns, grouped, alone)
	}
}

func logSize(t *testing.T, folder string) int64 {
	t.Helper()
	info, err := os.Stat(file(folder) + "-wal")
	if err != nil {
		t.Fatal(err)
	}
	return info.Size()
}

// TestMemberFailsAlone has a member fail in a group after it has written: its
// conversation's history cannot be read. What it wrote is undone, and nothing
// else.
func TestMemberFailsAlone(t *testing.T) {
	t.Parallel()
	folder := filled(t, 3)
	alter(t, folder, `UPDATE messages SET text = NULL, parts = '[{"song":"la"}]' WHERE turn = 3`)
	s := open(t, folder)
	one, two := in("one"), in("two")
	call := func(request store.BeginTurn) func() error {
		return func() error {
			_, err := s.BeginTurn(t.Context(), request)
			return err
		}
	}
	errs := together(t, folder, s, call(one), call(begin("holder")), call(two))
	if errs[0] != nil || errs[2] != nil {
		t.Errorf("the others in the group: %v, %v", errs[0], errs[2])
	}
	if errs[1] == nil || !strings.Contains(errs[1].Error(), "no content known") {
		t.Errorf("the member that cannot be done: %v", errs[1])
	}
	for conversation, want := range map[string]uint64{"one": 1, "two": 1, scope.Conversation: 3} {
		got, err := s.GetConversation(t.Context(), store.Scope{Tenant: scope.Tenant, Conversation: conversation})
		if err != nil || got.Turns != want {
			t.Errorf("conversation %s has %d turns, %v; want %d", conversation, got.Turns, err, want)
		}
	}
	for _, request := range []store.BeginTurn{one, two} {
		if _, err := s.CommitTurn(t.Context(), reply(request, "reply")); err != nil {
			t.Errorf("commit after the group: %v", err)
		}
	}
}

// TestGroupIsRolledBack has SQLite roll back all of a group in the midst of it, as
// it does when the disk is full.
func TestGroupIsRolledBack(t *testing.T) {
	t.Parallel()
	folder := filled(t, 1)
	alter(t, folder, `
		CREATE TRIGGER trouble BEFORE INSERT ON messages WHEN new.conversation = 'trouble'
		BEGIN SELECT RAISE(ROLLBACK, 'there is trouble'); END`)
	s := open(t, folder)
	conversations := []string{"one", "trouble", "two"}
	var calls []func() error
	for _, conversation := range conversations {
		calls = append(calls, func() error { _, err := s.BeginTurn(t.Context(), in(conversation)); return err })
	}
	for i, err := range together(t, folder, s, calls...) {
		if err == nil || !strings.Contains(err.Error(), "there is trouble") {
			t.Errorf("%s: got %v", conversations[i], err)
		}
		_, err = s.GetConversation(t.Context(), store.Scope{Tenant: scope.Tenant, Conversation: conversations[i]})
		if !fault.Is(err, fault.NotFound) {
			t.Errorf("%s is there: %v", conversations[i], err)
		}
	}
	if _, err := s.BeginTurn(t.Context(), in("one")); err != nil {
		t.Errorf("the next group: %v", err)
	}
}

// TestMemberPanics has a member panic: its caller does, and nobody else.
func TestMemberPanics(t *testing.T) {
	t.Parallel()
	folder := filled(t, 1)
	s := open(t, folder)
	var panicked any
	errs := together(t, folder, s,
		func() error { _, err := s.BeginTurn(t.Context(), in("one")); return err },
		func() error {
			defer func() { panicked = recover() }()
			return s.Panic(t.Context(), "oh")
		},
		func() error { _, err := s.BeginTurn(t.Context(), in("two")); return err })
	if err := errors.Join(errs...); err != nil || !strings.HasPrefix(fmt.Sprint(panicked), "oh") {
		t.Errorf("got %v, and the panic %v", err, panicked)
	}
}

// TestRefusedMember has a member refused in a group by what another one did.
func TestRefusedMember(t *testing.T) {
	t.Parallel()
	folder := filled(t, 1)
	s := open(t, folder)
	request := in("one")
	if err := s.Heartbeat(t.Context(), "holder", time.Hour); err != nil {
		t.Fatal(err)
	}
	if _, err := s.BeginTurn(t.Context(), request); err != nil {
		t.Fatal(err)
	}
	commit := reply(request, "reply")
	errs := together(t, folder, s,
		func() error { return s.DeleteConversation(t.Context(), request.Scope) },
		func() error { _, err := s.CommitTurn(t.Context(), commit); return err },
		func() error { _, err := s.BeginTurn(t.Context(), in("two")); return err })
	if errs[0] != nil || !fault.HasReason(errs[1], fault.TurnSuperseded) || errs[2] != nil {
		t.Errorf("got %v; want nothing, a turn that is superseded, nothing", errs)
	}
}

// TestLeftBeforeTheGroup has callers leave while they wait for their group, the
// one that leads among them: theirs is not done, and the others' is.
func TestLeftBeforeTheGroup(t *testing.T) {
	t.Parallel()
	folder := filled(t, 1)
	s := open(t, folder)
	release := lock(t, folder)
	type caller struct {
		leave context.CancelFunc
		ended chan error
	}
	callers := make([]caller, 4)
	for i := range callers {
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		callers[i] = caller{cancel, make(chan error, 1)}
		go func() {
			_, err := s.BeginTurn(ctx, in(fmt.Sprint("conversation ", i)))
			callers[i].ended <- err
		}()
		awaitQueue(s, i+1)
	}
	for _, i := range []int{2, 0} {
		callers[i].leave()
		if err := <-callers[i].ended; !fault.Is(err, fault.Canceled) {
			t.Errorf("caller %d left, and got %v", i, err)
		}
	}
	release()
	for i, c := range callers {
		left := i%2 == 0
		if !left {
			if err := <-c.ended; err != nil {
				t.Errorf("caller %d: %v", i, err)
			}
		}
		_, err := s.GetConversation(t.Context(), store.Scope{Tenant: scope.Tenant, Conversation: fmt.Sprint("conversation ", i)})
		if fault.Is(err, fault.NotFound) != left {
			t.Errorf("the conversation of caller %d: %v", i, err)
		}
	}
}

// TestLockedForLong has another process keep the lock longer than a call waits.
func TestLockedForLong(t *testing.T) {
	t.Parallel()
	folder := filled(t, 1)
	s := open(t, folder)
	s.SetPatience(50 * time.Millisecond)
	release := lock(t, folder)
	err := s.Heartbeat(t.Context(), "holder", time.Hour)
	wantWords(t, err, fault.Unavailable, "locked", file(folder))
	if fault.As(err).RetryAfter <= 0 {
		t.Errorf("%v does not say when to try again", err)
	}
	if _, err := s.Check(t.Context()); !fault.Is(err, fault.Unavailable) {
		t.Errorf("check of a locked file: %v", err)
	}
	release()
	if err := s.Heartbeat(t.Context(), "holder", time.Hour); err != nil {
		t.Errorf("once the lock is free: %v", err)
	}
}
