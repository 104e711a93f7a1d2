package lease_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/bothost/bothost/host/lease"
	"github.com/bothost/bothost/sdk/fault"
	"github.com/bothost/bothost/sdk/store"
)

func (l *leases) FailTurn(_ context.Context, turn store.FailTurn) error {
	return l.note("end of "+turn.Conversation, 0)
}

func turnOf(conversation string) store.FailTurn {
	return store.FailTurn{Scope: store.Scope{Tenant: "a", Conversation: conversation}, Status: store.Failed}
}

// TestTurnsAreEndedLater: with the first renewal that succeeds, each once.
func TestTurnsAreEndedLater(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		l, k := newLeases(), keeper("")
		release, err := k.Hold(t.Context(), "store", l.use)
		if err != nil {
			t.Fatal(err)
		}
		l.fail(fault.New(fault.Unavailable, "down"))
		k.EndLater("store", turnOf("c1"))
		k.EndLater("store", turnOf("c2"))
		k.EndLater("a store that is not held", turnOf("c3"))
		time.Sleep(6 * time.Second)
		l.fail(nil)
		time.Sleep(10 * time.Second)
		release()
		k.Close()
		want := []call{
			{0, "heartbeat of me", lease.TTL},
			{5 * time.Second, "heartbeat of me", lease.TTL},
			{10 * time.Second, "heartbeat of me", lease.TTL},
			{10 * time.Second, "end of c1", 0},
			{10 * time.Second, "end of c2", 0},
			{15 * time.Second, "heartbeat of me", lease.TTL},
		}
		if diff := cmp.Diff(want, l.calls); diff != "" {
			t.Errorf("the store was told (-want +got):\n%s", diff)
		}
	})
}

// TestTurnIsEndedUntilTheStoreAnswers: whatever the answer is.
func TestTurnIsEndedUntilTheStoreAnswers(t *testing.T) {
	t.Parallel()
	superseded := fault.New(fault.Conflict, "too late").WithReason(fault.TurnSuperseded)
	for name, test := range map[string]struct {
		answer error
		want   int
	}{
		"ended":       {nil, 1},
		"superseded":  {superseded, 1},
		"a defect":    {errors.New("broken"), 1},
		"unavailable": {fault.New(fault.Unavailable, "down"), 3},
		"late":        {context.DeadlineExceeded, 3},
		"cut":         {fault.New(fault.Canceled, "the process has gone"), 3},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				l, k := &failing{leases: newLeases(), answer: test.answer}, keeper("")
				release, err := k.Hold(t.Context(), "store", l.use)
				if err != nil {
					t.Fatal(err)
				}
				k.EndLater("store", turnOf("c1"))
				time.Sleep(16 * time.Second)
				release()
				k.Close()
				if l.ends != test.want {
					t.Errorf("the turn was ended %d times, want %d", l.ends, test.want)
				}
			})
		})
	}
}

// TestUnendedTurnsAreBounded: and renewals go on meanwhile.
func TestUnendedTurnsAreBounded(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		l, k := &failing{leases: newLeases(), takes: 100 * time.Millisecond}, keeper("")
		release, err := k.Hold(t.Context(), "store", l.use)
		if err != nil {
			t.Fatal(err)
		}
		for i := range 2000 {
			k.EndLater("store", turnOf(fmt.Sprint(i)))
		}
		const minutes = 10
		time.Sleep(minutes * time.Minute)
		release()
		k.Close()
		if want := minutes * int(time.Minute/lease.Interval); len(l.calls) < want {
			t.Errorf("%d renewals in %d minutes", len(l.calls), minutes)
		}
		if l.ends != 1000 {
			t.Errorf("%d turns were ended", l.ends)
		}
	})
}

// failing answers FailTurn in one way, and everything else well.
type failing struct {
	*leases
	answer error
	takes  time.Duration
	ends   int
}

func (f *failing) FailTurn(context.Context, store.FailTurn) error {
	time.Sleep(f.takes)
	f.ends++
	return f.answer
}

func (f *failing) use(ctx context.Context, use func(context.Context, store.Conversations) error) error {
	return use(ctx, f)
}
