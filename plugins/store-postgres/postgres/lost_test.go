package postgres_test

import (
	"context"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/bothost/bothost/plugins/store-postgres/pgtest"
	"github.com/bothost/bothost/plugins/store-postgres/postgres"
	"github.com/bothost/bothost/sdk/fault"
	"github.com/bothost/bothost/sdk/store"
)

// A server that ends the connections of a store while they are idle is not
// noticed by the store's callers, whatever they call.
func TestIdleConnectionsThatBroke(t *testing.T) {
	t.Parallel()
	d := server.Database(t)
	s := open(t, configFor(d, d.Owner))
	beat(t, s)
	turn(t, s, scope, "hello")
	for name, call := range map[string]func(context.Context) error{
		"heartbeat": func(ctx context.Context) error { return s.Heartbeat(ctx, holder, time.Hour) },
		"begin": func(ctx context.Context) error {
			request := beginning(scope, "hello")
			request.Timeout = 0
			_, err := s.BeginTurn(ctx, request)
			return err
		},
		"read": func(ctx context.Context) error {
			_, err := s.ListMessages(ctx, store.ListMessages{Scope: scope, Limit: 10})
			return err
		},
		"put tenant": func(ctx context.Context) error {
			_, _, err := s.PutTenant(ctx, store.PutTenant{Name: "acme", Config: []byte(`{}`)})
			return err
		},
		"delete conversation": func(ctx context.Context) error {
			err := s.DeleteConversation(ctx, store.Scope{Tenant: "acme", Conversation: "none"})
			if fault.Is(err, fault.NotFound) {
				return nil
			}
			return fmt.Errorf("got %w, want NotFound", err)
		},
	} {
		t.Run(name, func(t *testing.T) {
			// Several connections are idle, so that one more try would not do.
			occupy(t, s, 5)
			disconnect(t, d)
			if err := call(t.Context()); err != nil {
				t.Errorf("after the connections broke: %v", err)
			}
		})
	}
}

// occupy makes the store open that many connections.
func occupy(t *testing.T, s *postgres.Store, connections int) {
	t.Helper()
	var calls sync.WaitGroup
	for range connections {
		calls.Go(func() {
			for range 5 {
				if _, err := s.GetConversation(t.Context(), scope); err != nil {
					t.Errorf("get conversation: %v", err)
				}
			}
		})
	}
	calls.Wait()
}

// disconnect ends all other connections to a database.
func disconnect(t *testing.T, d *pgtest.Database) {
	t.Helper()
	execute(t, d, d.Superuser, `
		SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity
		WHERE datname = current_database() AND pid <> pg_backend_pid()`)
}

// A server that is killed in the midst of work loses nothing that it has
// confirmed, and repeats nothing; meanwhile callers are told to come back.
func TestServerThatIsKilledUnderUse(t *testing.T) {
	t.Parallel()
	for name, config := range map[string]func(*testing.T, *pgtest.Database) postgres.Config{
		"directly":         func(_ *testing.T, d *pgtest.Database) postgres.Config { return separated(d) },
		"through a pooler": pooled,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			killed := pgtest.Start()
			t.Cleanup(killed.Stop)
			d := killed.Database(t)
			killUnderUse(t, killed, open(t, config(t, d)))
		})
	}
}

func killUnderUse(t *testing.T, killed *pgtest.Server, s *postgres.Store) {
	t.Helper()
	beat(t, s)

	ctx, stop := context.WithCancel(t.Context())
	var work sync.WaitGroup
	workers := make([]*worker, 6)
	for i := range workers {
		workers[i] = &worker{store: s, scope: store.Scope{Tenant: "acme", Conversation: fmt.Sprint("c", i)}}
		work.Go(func() { workers[i].run(ctx, t) })
	}
	for range 2 {
		progress(t, workers)
		killed.Crash()
		failures(t, workers)
		if err := killed.Resume(); err != nil {
			t.Fatalf("start the server again: %v", err)
		}
	}
	progress(t, workers)
	stop()
	work.Wait()
	for _, w := range workers {
		w.check(t)
	}
}

// worker commits turn after turn of one conversation, each with a number.
type worker struct {
	store  *postgres.Store
	scope  store.Scope
	failed atomic.Int64
	done   atomic.Int64
	// confirmed are the numbers of the turns that were confirmed.
	confirmed []int
}

func (w *worker) run(ctx context.Context, t *testing.T) {
	for number := 0; ctx.Err() == nil; number++ {
		request := beginning(w.scope, fmt.Sprint(number))
		request.Timeout = 0 // a turn of which the outcome is unknown holds up nobody
		outcome, err := w.store.BeginTurn(ctx, request)
		if err != nil {
			w.note(ctx, t, err)
			continue
		}
		if _, ok := outcome.(store.Begun); !ok {
			t.Errorf("begin turn: %#v", outcome)
			return
		}
		if _, err := w.store.CommitTurn(ctx, committing(request, fmt.Sprint(number))); err != nil {
			w.note(ctx, t, err)
			continue
		}
		w.confirmed = append(w.confirmed, number)
		w.done.Add(1)
	}
}

func (w *worker) note(ctx context.Context, t *testing.T, err error) {
	if ctx.Err() != nil {
		return
	}
	w.failed.Add(1)
	// Begin is not flushed: a turn that a crash took away cannot be committed.
	if fault.HasReason(err, fault.TurnSuperseded) {
		return
	}
	if !fault.Is(err, fault.Unavailable) || fault.As(err).RetryAfter <= 0 {
		t.Errorf("while the server was away: got %v, want Unavailable and a time to wait", err)
	}
}

// check reads the transcript: each confirmed turn is complete in it, once, and
// the others are not both unconfirmed and twice.
func (w *worker) check(t *testing.T) {
	t.Helper()
	replies := map[string]int{}
	for after := ""; ; {
		page, err := w.store.ListMessages(t.Context(), store.ListMessages{Scope: w.scope, Limit: 200, After: after})
		if err != nil {
			t.Fatalf("list messages: %v", err)
		}
		for _, m := range page.Items {
			if m.Index == 1 && m.Status == store.Complete {
				replies[m.Message.Text()]++
			}
		}
		if after = page.Next; after == "" {
			break
		}
	}
	for _, number := range w.confirmed {
		if got := replies[fmt.Sprint(number)]; got != 1 {
			t.Errorf("conversation %s: turn %d was confirmed and is there %d times", w.scope.Conversation, number, got)
		}
	}
	for text, count := range replies {
		if count > 1 {
			t.Errorf("conversation %s: turn %s is there %d times", w.scope.Conversation, text, count)
		}
	}
}

// progress waits until each worker has committed another turn.
func progress(t *testing.T, workers []*worker) {
	t.Helper()
	each(t, workers, "commit another turn", func(w *worker) *atomic.Int64 { return &w.done })
}

// failures waits until each worker has met a failure.
func failures(t *testing.T, workers []*worker) {
	t.Helper()
	each(t, workers, "notice that the server is away", func(w *worker) *atomic.Int64 { return &w.failed })
}

func each(t *testing.T, workers []*worker, what string, count func(*worker) *atomic.Int64) {
	t.Helper()
	deadline := time.Now().Add(30 * time.Second)
	for i, w := range workers {
		for start := count(w).Load(); count(w).Load() == start; time.Sleep(time.Millisecond) {
			if time.Now().After(deadline) {
				t.Fatalf("worker %d does not %s", i, what)
			}
		}
	}
}
