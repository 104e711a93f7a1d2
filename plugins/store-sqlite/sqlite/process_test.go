package sqlite_test

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/bothost/bothost/plugins/store-sqlite/sqlite"
	"github.com/bothost/bothost/sdk/fault"
	"github.com/bothost/bothost/sdk/store"
)

// TestKilledProcessLosesNothing kills a process in the midst of its turns: what
// it told as committed is there, and at most the turn it was in is not complete.
func TestKilledProcessLosesNothing(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	var told uint64
	for round := range 5 {
		holder := fmt.Sprint("holder ", round)
		c := startChild(t, folder, holder)
		for range 10 + round {
			told = c.turn(t)
		}
		told = max(told, c.kill(t))
		s := open(t, folder)
		if err := s.Retire(t.Context(), holder); err != nil {
			t.Fatal(err)
		}
		checkTranscript(t, s, told)
	}
}

// checkTranscript checks that all turns up to one are there, without gaps, and
// that those that are not complete were interrupted.
func checkTranscript(t *testing.T, s *sqlite.Store, told uint64) {
	t.Helper()
	var last uint64
	request := store.ListMessages{Scope: scope, Limit: 200}
	for {
		page, err := s.ListMessages(t.Context(), request)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range page.Items {
			if m.Index == 0 && m.Turn != last+1 || m.Index == 1 && m.Message.Text() != fmt.Sprint("reply ", m.Turn) {
				t.Errorf("after turn %d comes %d.%d: %q", last, m.Turn, m.Index, m.Message.Text())
			}
			if m.Status != store.Complete && m.Status != store.Interrupted {
				t.Errorf("turn %d is %s", m.Turn, m.Status)
			}
			last = m.Turn
		}
		if page.Next == "" {
			break
		}
		request.After = page.Next
	}
	if last < told {
		t.Errorf("turn %d was committed, but the last one is %d", told, last)
	}
}

// TestProcessesShareAFile lets three processes run turns of one conversation:
// none ever has a turn that another has.
func TestProcessesShareAFile(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	own := open(t, folder)
	children := []*child{startChild(t, folder, "holder 1"), startChild(t, folder, "holder 2")}
	if err := own.Heartbeat(t.Context(), "holder 0", time.Hour); err != nil {
		t.Fatal(err)
	}
	seen := map[uint64]int{}
	for range 4 {
		for _, c := range children {
			seen[c.turn(t)]++
		}
		turn := uint64(0)
		for turn == 0 {
			var err error
			if turn, err = runTurn(t.Context(), own, "holder 0"); err != nil {
				t.Fatal(err)
			}
		}
		seen[turn]++
	}
	for i, c := range children {
		c.kill(t)
		if err := own.Retire(t.Context(), fmt.Sprint("holder ", i+1)); err != nil {
			t.Fatal(err)
		}
	}
	for turn, count := range seen {
		if count != 1 {
			t.Errorf("turn %d was committed %d times", turn, count)
		}
	}
	checkTranscript(t, own, 0)
}

// TestStoresShareAFile uses two stores on one file in one process.
func TestStoresShareAFile(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	one, two := open(t, folder), open(t, folder)
	if err := one.Heartbeat(t.Context(), "holder", time.Hour); err != nil {
		t.Fatal(err)
	}
	request := begin("holder")
	if _, err := one.BeginTurn(t.Context(), request); err != nil {
		t.Fatal(err)
	}
	if outcome, err := two.BeginTurn(t.Context(), begin("holder")); err != nil || outcome != (store.Busy{Turn: 1}) {
		t.Errorf("begin in the other store: %v, %v; want busy", outcome, err)
	}
	if _, err := two.CommitTurn(t.Context(), reply(request, "reply 1")); err != nil {
		t.Errorf("commit in the other store: %v", err)
	}
	if err := one.FailTurn(t.Context(), store.FailTurn{Scope: scope, Token: request.Token, Status: store.Failed}); !fault.HasReason(err, fault.TurnSuperseded) {
		t.Errorf("fail what the other store has committed: %v", err)
	}
	checkTranscript(t, one, 1)
}

// TestChangesOfAnotherStoreAreSeen watches one store and writes to another. The
// watch finds the first change when it begins, and the second while it waits.
func TestChangesOfAnotherStoreAreSeen(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	one, two := open(t, folder), open(t, folder)
	enough := errors.New("enough")
	var seen []store.WatchEvent
	started := time.Now()
	err := one.WatchTenants(t.Context(), nil, func(event store.WatchEvent) error {
		if seen = append(seen, event); len(seen) == 3 {
			return enough
		}
		started = time.Now()
		_, _, err := two.PutTenant(t.Context(), store.PutTenant{Name: "tenant", Config: []byte(`{}`)})
		return err
	})
	if !errors.Is(err, enough) {
		t.Fatalf("the watch ended with %v", err)
	}
	if want := (store.Change{Revision: 2, Type: store.TenantChanged, Tenant: "tenant"}); seen[2] != want {
		t.Errorf("the watch told %v, want %v", seen[2], want)
	}
	if took := time.Since(started); took > 5*time.Second {
		t.Errorf("the change took %s", took)
	}
}
