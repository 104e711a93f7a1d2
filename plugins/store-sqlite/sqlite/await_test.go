package sqlite_test

import (
	"context"
	"testing"
	"time"

	"github.com/bothost/bothost/plugins/store-sqlite/sqlite"
	"github.com/bothost/bothost/sdk/fault"
	"github.com/bothost/bothost/sdk/store"
)

// TestAwaitTurn ends a turn in each way there is, while it is awaited in this
// process and in another store.
func TestAwaitTurn(t *testing.T) {
	t.Parallel()
	for name, end := range map[string]func(context.Context, *sqlite.Store, store.BeginTurn) error{
		"committed": func(ctx context.Context, s *sqlite.Store, request store.BeginTurn) error {
			_, err := s.CommitTurn(ctx, reply(request, "reply 1"))
			return err
		},
		"failed": func(ctx context.Context, s *sqlite.Store, request store.BeginTurn) error {
			return s.FailTurn(ctx, store.FailTurn{Scope: request.Scope, Token: request.Token, Status: store.Failed})
		},
		"deleted": func(ctx context.Context, s *sqlite.Store, request store.BeginTurn) error {
			return s.DeleteConversation(ctx, request.Scope)
		},
		"purged": func(ctx context.Context, s *sqlite.Store, request store.BeginTurn) error {
			return s.PurgeTenant(ctx, request.Tenant)
		},
		"taken over": func(ctx context.Context, s *sqlite.Store, request store.BeginTurn) error {
			if err := s.Retire(ctx, request.Holder); err != nil {
				return err
			}
			_, err := s.BeginTurn(ctx, begin("another holder"))
			return err
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			folder := t.TempDir()
			here, elsewhere := open(t, folder), open(t, folder)
			here.SetAwaitInterval(time.Hour) // it is told
			request := pending(t, here)
			woken := make(chan error, 2)
			for _, s := range []*sqlite.Store{here, elsewhere} {
				go func() { woken <- s.AwaitTurn(t.Context(), scope, 1, store.MaxAwait) }()
			}
			for here.Awaiting() == 0 || elsewhere.Awaiting() == 0 {
				time.Sleep(time.Millisecond)
			}
			if len(woken) > 0 {
				t.Fatalf("a call has returned while the turn is pending: %v", <-woken)
			}
			if err := end(t.Context(), here, request); err != nil {
				t.Fatal(err)
			}
			for range 2 {
				select {
				case err := <-woken:
					if err != nil {
						t.Error(err)
					}
				case <-time.After(10 * time.Second):
					t.Fatal("a call that waits is not woken")
				}
			}
			if waiting := here.Awaiting() + elsewhere.Awaiting(); waiting != 0 {
				t.Errorf("%d conversations are waited for when all were told", waiting)
			}
		})
	}
}

// TestAwaitEnds has calls end of which the turn does not.
func TestAwaitEnds(t *testing.T) {
	t.Parallel()
	s := open(t, t.TempDir())
	pending(t, s)
	if err := s.AwaitTurn(t.Context(), scope, 1, time.Millisecond); err != nil {
		t.Errorf("a call whose time is up: %v", err)
	}
	if err := s.AwaitTurn(t.Context(), scope, 2, time.Hour); err != nil {
		t.Errorf("a turn that there is not: %v", err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), time.Millisecond)
	defer cancel()
	if err := s.AwaitTurn(ctx, scope, 1, time.Hour); !fault.Is(err, fault.Timeout) {
		t.Errorf("a caller that left: %v", err)
	}
	ended := make(chan error, 1)
	go func() { ended <- s.AwaitTurn(t.Context(), scope, 1, time.Hour) }()
	for s.Awaiting() == 0 {
		time.Sleep(time.Millisecond)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if err := <-ended; !fault.Is(err, fault.Unavailable) {
		t.Errorf("when the store is closed: %v", err)
	}
}

// pending begins a turn under a lease.
func pending(t *testing.T, s *sqlite.Store) store.BeginTurn {
	t.Helper()
	request := begin("holder")
	if err := s.Heartbeat(t.Context(), request.Holder, time.Hour); err != nil {
		t.Fatal(err)
	}
	if outcome, err := s.BeginTurn(t.Context(), request); err != nil {
		t.Fatalf("begin: %v, %v", outcome, err)
	}
	return request
}
