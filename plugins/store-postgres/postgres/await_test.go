package postgres_test

import (
	"context"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/bothost/bothost/plugins/store-postgres/pgtest"
	"github.com/bothost/bothost/plugins/store-postgres/postgres"
	"github.com/bothost/bothost/sdk/fault"
	"github.com/bothost/bothost/sdk/store"
)

// notified hears what is notified on a channel, as any role of the server can.
func notified(t *testing.T, d *pgtest.Database, channel string) <-chan string {
	t.Helper()
	connection := d.Connect(t, d.Superuser)
	ctx, stop := context.WithCancel(context.Background())
	if _, err := connection.Exec(ctx, "LISTEN "+channel); err != nil {
		t.Fatal(err)
	}
	heard, ended := make(chan string, 100), make(chan struct{})
	go func() {
		defer close(ended)
		for {
			notification, err := connection.WaitForNotification(ctx)
			if err != nil {
				return
			}
			heard <- notification.Payload
		}
	}()
	t.Cleanup(func() {
		stop()
		<-ended
	})
	return heard
}

// awaiting lets callers of a store wait for a turn, and gives when they were
// woken. It returns when they wait.
func awaiting(t *testing.T, d *pgtest.Database, s *postgres.Store, turn uint64, callers int) <-chan time.Time {
	t.Helper()
	woken := make(chan time.Time, callers)
	var waiting sync.WaitGroup
	for range callers {
		waiting.Go(func() {
			if err := s.AwaitTurn(context.Background(), scope, turn, 10*time.Second); err != nil {
				t.Errorf("AwaitTurn: %v", err)
			}
			woken <- time.Now()
		})
	}
	t.Cleanup(waiting.Wait)
	until(t, "the turn is awaited, and notifications are heard", func() bool {
		return one[bool](t, d, d.Superuser, `
			SELECT EXISTS (SELECT FROM bothost.turns WHERE awaited AND status = 'pending')
			   AND EXISTS (SELECT FROM pg_stat_activity WHERE datname = current_database() AND query LIKE 'LISTEN %bothost_turns%'
			               AND pid <> pg_backend_pid() AND application_name LIKE 'bothost%' AND state = 'idle')`)
	})
	return woken
}

func until(t *testing.T, what string, holds func() bool) {
	t.Helper()
	for deadline := time.Now().Add(20 * time.Second); !holds(); time.Sleep(time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("waited in vain until %s", what)
		}
	}
}

// However a turn ends, and whichever store ends it, who waits for it is woken.
func TestWaitersAreWoken(t *testing.T) {
	t.Parallel()
	for name, end := range map[string]func(context.Context, *postgres.Store, store.BeginTurn) error{
		"by commit": func(ctx context.Context, s *postgres.Store, b store.BeginTurn) error {
			_, err := s.CommitTurn(ctx, committing(b, "hello"))
			return err
		},
		"by failure": func(ctx context.Context, s *postgres.Store, b store.BeginTurn) error {
			return s.FailTurn(ctx, store.FailTurn{Scope: b.Scope, Token: b.Token, Status: store.Failed})
		},
		"by deletion": func(ctx context.Context, s *postgres.Store, b store.BeginTurn) error {
			return s.DeleteConversation(ctx, b.Scope)
		},
		"by takeover": func(ctx context.Context, s *postgres.Store, b store.BeginTurn) error {
			if err := s.Retire(ctx, holder); err != nil {
				return err
			}
			_, err := s.BeginTurn(ctx, beginning(b.Scope, "next"))
			return err
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := server.Database(t)
			ender, waiter := open(t, separated(d)), open(t, separated(d))
			beat(t, ender)
			request := beginning(scope, "hello")
			if _, err := ender.BeginTurn(t.Context(), request); err != nil {
				t.Fatal(err)
			}
			heard := notified(t, d, "bothost_turns")
			woken := awaiting(t, d, waiter, 1, 3)
			if err := end(t.Context(), ender, request); err != nil {
				t.Fatal(err)
			}
			for range cap(woken) {
				next(t, woken)
			}
			if name := next(t, heard); len(name) != 64 {
				t.Errorf("notified %q, which should be a digest", name)
			}
		})
	}
}

// Waking takes no poll: the median of the time from a commit's answer to a waiter's
// is far below the half second after which waiters look by themselves.
func TestWakingIsSoon(t *testing.T) {
	t.Parallel()
	d := server.Database(t)
	ender, waiter := open(t, separated(d)), open(t, separated(d))
	beat(t, ender)
	var took []time.Duration
	for turn := range uint64(15) {
		request := beginning(scope, "hello")
		if _, err := ender.BeginTurn(t.Context(), request); err != nil {
			t.Fatal(err)
		}
		woken := awaiting(t, d, waiter, turn+1, 1)
		if _, err := ender.CommitTurn(t.Context(), committing(request, "hello")); err != nil {
			t.Fatal(err)
		}
		committed := time.Now()
		took = append(took, next(t, woken).Sub(committed))
	}
	slices.Sort(took)
	median := took[len(took)/2]
	t.Logf("median %v, slowest %v", median, took[len(took)-1])
	if median > 100*time.Millisecond {
		t.Errorf("waiters are woken after %v", median)
	}
}

// NOTIFY lets commits wait for each other: a turn that nobody waits for is ended
// without.
func TestNobodyIsToldOfATurnThatNobodyAwaits(t *testing.T) {
	t.Parallel()
	d := server.Database(t)
	s := open(t, separated(d))
	beat(t, s)
	heard := notified(t, d, "bothost_turns")
	turn(t, s, scope, "hello")
	request := beginning(scope, "hello")
	if _, err := s.BeginTurn(t.Context(), request); err != nil {
		t.Fatal(err)
	}
	if err := s.DeleteConversation(t.Context(), scope); err != nil {
		t.Fatal(err)
	}
	execute(t, d, d.Superuser, `NOTIFY bothost_turns, 'last'`)
	if got := next(t, heard); got != "last" {
		t.Errorf("notified %q", got)
	}
}

func TestWaitsThatEndAtOnce(t *testing.T) {
	t.Parallel()
	s := openNew(t)
	beat(t, s)
	turn(t, s, scope, "hello")
	for name, number := range map[string]uint64{"ended": 1, "to come": 2, "beyond all numbers": 1 << 63} {
		if err := s.AwaitTurn(t.Context(), scope, number, time.Hour); err != nil {
			t.Errorf("a turn that is %s: %v", name, err)
		}
	}
}

func TestWaitsThatAreGivenUp(t *testing.T) {
	t.Parallel()
	s := openNew(t)
	beat(t, s)
	if _, err := s.BeginTurn(t.Context(), beginning(scope, "hello")); err != nil {
		t.Fatal(err)
	}
	if err := s.AwaitTurn(t.Context(), scope, 1, 10*time.Millisecond); err != nil {
		t.Errorf("after its timeout: %v", err)
	}
	gone, leave := context.WithCancel(t.Context())
	leave()
	if err := s.AwaitTurn(gone, scope, 1, time.Minute); !fault.Is(err, fault.Canceled) {
		t.Errorf("whose caller has left: got %v", err)
	}
}

// Who waits on a connection that broke is woken by the next one, which is also
// made for changes of the registry.
func TestWaitersAreWokenAfterTheirConnectionBroke(t *testing.T) {
	t.Parallel()
	d := server.Database(t)
	ender, waiter := open(t, separated(d)), open(t, separated(d))
	beat(t, ender)
	next(t, watch(t, waiter, nil))
	for turn := range uint64(3) {
		request := beginning(scope, "hello")
		if _, err := ender.BeginTurn(t.Context(), request); err != nil {
			t.Fatal(err)
		}
		woken := awaiting(t, d, waiter, turn+1, 2)
		disconnect(t, d)
		if _, err := ender.CommitTurn(t.Context(), committing(request, "hello")); err != nil {
			t.Fatal(err)
		}
		next(t, woken)
		next(t, woken)
	}
	if got := one[int](t, d, d.Superuser, `SELECT count(*) FROM pg_stat_activity
		WHERE datname = current_database() AND query LIKE 'LISTEN%' AND pid <> pg_backend_pid()`); got > 1 {
		t.Errorf("%d connections listen", got)
	}
}
