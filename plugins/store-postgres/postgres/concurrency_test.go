package postgres_test

import (
	"slices"
	"sync"
	"testing"

	"github.com/bothost/bothost/plugins/store-postgres/postgres"
	"github.com/bothost/bothost/sdk/store"
)

// Two hosts, each with a store of its own, begin turns of one new conversation
// at the same moment.
func TestBeginsAtOnce(t *testing.T) {
	t.Parallel()
	const begins = 24
	same := token()
	for name, test := range map[string]struct {
		change func(*store.BeginTurn)
		begun  int
	}{
		"of different requests": {func(*store.BeginTurn) {}, 1},
		"with the same key":     {func(b *store.BeginTurn) { b.IdempotencyKey = "key" }, 1},
		"with the same token":   {func(b *store.BeginTurn) { b.Token = same }, begins},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			stores := twoStores(t)
			var (
				calls    sync.WaitGroup
				outcomes [begins]store.BeginOutcome
				start    = make(chan struct{})
			)
			for i := range begins {
				request := beginning(scope, "hello")
				test.change(&request)
				calls.Go(func() {
					<-start
					var err error
					if outcomes[i], err = stores[i%2].BeginTurn(t.Context(), request); err != nil {
						t.Errorf("begin turn: %v", err)
					}
				})
			}
			close(start)
			calls.Wait()
			begun := 0
			for _, outcome := range outcomes {
				switch outcome := outcome.(type) {
				case store.Begun:
					begun++
					if outcome.Turn != 1 {
						t.Errorf("began turn %d", outcome.Turn)
					}
				case store.Busy:
					if outcome.Turn != 1 {
						t.Errorf("busy with turn %d", outcome.Turn)
					}
				default:
					t.Errorf("begin turn: %#v", outcome)
				}
			}
			if begun != test.begun {
				t.Errorf("%d of %d began, want %d", begun, begins, test.begun)
			}
		})
	}
}

func twoStores(t *testing.T) [2]*postgres.Store {
	t.Helper()
	d := server.Database(t)
	stores := [2]*postgres.Store{open(t, separated(d)), open(t, separated(d))}
	beat(t, stores[0])
	return stores
}

func TestTurnsOfTwoHostsDoNotInterleave(t *testing.T) {
	t.Parallel()
	stores := twoStores(t)
	takeTurns(t, slices.Repeat(stores[:], 3), 8)
}

// takeTurns lets callers, one for each of the stores, take that many turns each of
// one conversation. Whoever finds it busy tries again; in the end every turn is
// there, whole and in one row.
func takeTurns(t *testing.T, stores []*postgres.Store, turns int) {
	t.Helper()
	var working sync.WaitGroup
	for _, s := range stores {
		working.Go(func() {
			for range turns {
				contend(t, s)
			}
		})
	}
	working.Wait()
	want := 2 * len(stores) * turns
	page, err := stores[0].ListMessages(t.Context(), store.ListMessages{Scope: scope, Limit: 200})
	if err != nil || len(page.Items) != want {
		t.Fatalf("%d messages, %v; want %d", len(page.Items), err, want)
	}
	for i, m := range page.Items {
		if m.Turn != uint64(i/2+1) || m.Index != i%2 || m.Status != store.Complete {
			t.Errorf("message %d is %d.%d, %s", i, m.Turn, m.Index, m.Status)
		}
	}
}

// contend takes one turn, however often it has to ask for it.
func contend(t *testing.T, s *postgres.Store) {
	for t.Context().Err() == nil {
		request := beginning(scope, "hello")
		outcome, err := s.BeginTurn(t.Context(), request)
		if err != nil {
			t.Errorf("begin turn: %v", err)
			return
		}
		if _, ok := outcome.(store.Begun); !ok {
			continue
		}
		if _, err := s.CommitTurn(t.Context(), committing(request, "hello")); err != nil {
			t.Errorf("commit turn: %v", err)
		}
		return
	}
}
