package postgres_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/hashicorp/go-hclog"

	"github.com/bothost/bothost/plugins/store-postgres/pgtest"
	"github.com/bothost/bothost/plugins/store-postgres/postgres"
	"github.com/bothost/bothost/sdk"
	"github.com/bothost/bothost/sdk/fault"
	"github.com/bothost/bothost/sdk/store"
)

// watch follows the registry until the test ends, and gives what it was told:
// where it starts, and the changes.
func watch(t *testing.T, s *postgres.Store, after *uint64) <-chan store.WatchEvent {
	t.Helper()
	ctx, stop := context.WithCancel(context.Background())
	events, ended := make(chan store.WatchEvent), make(chan error, 1)
	go func() {
		started := false
		ended <- s.WatchTenants(ctx, after, func(event store.WatchEvent) error {
			if _, ok := event.(store.Position); ok && started {
				return nil
			}
			started = true
			select {
			case events <- event:
				return nil
			case <-ctx.Done():
				return ctx.Err()
			}
		})
	}()
	t.Cleanup(func() {
		stop()
		if err := <-ended; !errors.Is(err, context.Canceled) {
			t.Errorf("WatchTenants: %v", err)
		}
	})
	return events
}

// next gives what comes from a channel soon.
func next[T any](t *testing.T, events <-chan T) (event T) {
	t.Helper()
	select {
	case event = <-events:
	case <-time.After(10 * time.Second):
		t.Fatal("no event")
	}
	return event
}

func put(t *testing.T, s *postgres.Store, name string) store.Tenant {
	t.Helper()
	tenant, _, err := s.PutTenant(t.Context(), store.PutTenant{Name: name, Config: []byte(`{}`)})
	if err != nil {
		t.Fatalf("PutTenant: %v", err)
	}
	return tenant
}

// A watcher on another instance loses its connection again and again, and is
// told every change all the same, once and in order.
func TestWatchGoesOnAfterItsConnectionBroke(t *testing.T) {
	t.Parallel()
	d := server.Database(t)
	writer, reader := open(t, separated(d)), open(t, separated(d))
	events := watch(t, reader, nil)
	if got := next(t, events); got != (store.Position{}) {
		t.Fatalf("first event: %#v", got)
	}
	for revision := uint64(1); revision <= 12; revision++ {
		name := fmt.Sprint("tenant-", revision)
		if revision%4 == 0 {
			disconnect(t, d)
		}
		put(t, writer, name)
		want := store.Change{Revision: revision, Type: store.TenantChanged, Tenant: name}
		if got := next(t, events); got != want {
			t.Fatalf("got %#v, want %#v", got, want)
		}
	}
}

// ended gives what a watch of the registry from a position on returned, after it
// was disturbed.
func ended(t *testing.T, s *postgres.Store, after *uint64, disturb func()) error {
	t.Helper()
	ctx, stop := context.WithTimeout(t.Context(), 20*time.Second)
	defer stop()
	return s.WatchTenants(ctx, after, func(event store.WatchEvent) error {
		if _, ok := event.(store.Position); ok {
			disturb()
		}
		return nil
	})
}

// Whoever watches must know that there is nothing to be seen: a server that is
// gone ends the watch.
func TestWatchEndsWithTheServer(t *testing.T) {
	t.Parallel()
	killed := pgtest.Start()
	t.Cleanup(killed.Stop)
	d := killed.Database(t)
	s := open(t, configFor(d, d.Owner))
	if err := ended(t, s, nil, killed.Crash); !fault.Is(err, fault.Unavailable) {
		t.Errorf("WatchTenants: %v, want Unavailable", err)
	}
	if err := ended(t, s, nil, func() {}); !fault.Is(err, fault.Unavailable) {
		t.Errorf("WatchTenants of a server that is gone: %v, want Unavailable", err)
	}
	// The end of the test needs it.
	if err := killed.Resume(); err != nil {
		t.Fatal(err)
	}
}

// A registry that has gone back, as after a failover to a server that lacks the
// last changes, would make a watch skip as many.
func TestWatchOfARegistryThatHasGoneBack(t *testing.T) {
	t.Parallel()
	d := server.Database(t)
	s := open(t, separated(d))
	put(t, s, "a")
	put(t, s, "b")
	err := ended(t, s, nil, func() {
		execute(t, d, d.Owner, `WITH lost AS (DELETE FROM bothost.changes WHERE revision = 2)
			UPDATE bothost.registry SET revision = 1`)
		disconnect(t, d)
	})
	if !fault.Is(err, fault.Unavailable) {
		t.Errorf("WatchTenants: %v, want Unavailable", err)
	}
	after := uint64(2)
	if got := next(t, watch(t, s, &after)); got != (store.Position{Revision: 1}) {
		t.Errorf("a watch after a revision that is not there begins with %#v", got)
	}
}

// A change of which no notification comes is found by looking, on the connection
// that was waited on: nothing is to be warned of.
func TestWatchFindsWhatIsNotNotified(t *testing.T) {
	t.Parallel()
	d := server.Database(t)
	s, err := postgres.Open(t.Context(), configFor(d, d.Owner), sdk.Settings{Logger: hclog.New(&hclog.LoggerOptions{
		Level: hclog.Warn, Output: writer(func(line []byte) { t.Errorf("logged: %s", line) }),
	})})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Errorf("close: %v", err)
		}
	})
	events := watch(t, s, nil)
	next(t, events)
	execute(t, d, d.Owner, `
		WITH taken AS (UPDATE bothost.registry SET revision = revision + 1 RETURNING revision)
		INSERT INTO bothost.changes SELECT revision, 'tenant', 'silent', '' FROM taken`)
	want := store.Change{Revision: 1, Type: store.TenantChanged, Tenant: "silent"}
	if got := next(t, events); got != want {
		t.Fatalf("got %#v, want %#v", got, want)
	}
}

// writer is an io.Writer that gives away what is written.
type writer func([]byte)

func (w writer) Write(line []byte) (int, error) {
	w(line)
	return len(line), nil
}

// More changes than are read at once come all, and in order.
func TestWatchCatchesUp(t *testing.T) {
	t.Parallel()
	d := server.Database(t)
	s := open(t, configFor(d, d.Owner))
	const changes = 1200
	execute(t, d, d.Owner, `SELECT bothost.put_tenant('t' || i, '{}', NULL, false) FROM generate_series(1, $1) i`, changes)
	after := uint64(100)
	events := watch(t, s, &after)
	if got := next(t, events); got != (store.Position{Revision: after}) {
		t.Fatalf("first event: %#v", got)
	}
	for revision := after + 1; revision <= changes; revision++ {
		if change, ok := next(t, events).(store.Change); !ok || change.Revision != revision {
			t.Fatalf("got %+v, want revision %d", change, revision)
		}
	}
}
