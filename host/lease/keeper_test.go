package lease_test

import (
	"context"
	"errors"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/hashicorp/go-hclog"
	"go.uber.org/goleak"

	"github.com/bothost/bothost/host/lease"
	"github.com/bothost/bothost/sdk/store"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// leases notes what a store is told of holders, and when.
type leases struct {
	store.Conversations
	started time.Time

	mu    sync.Mutex
	calls []call
	// fails is what all calls fail with.
	fails error
}

type call struct {
	At   time.Duration
	What string
	TTL  time.Duration
}

func (l *leases) note(what string, ttl time.Duration) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.calls = append(l.calls, call{time.Since(l.started), what, ttl})
	return l.fails
}

func (l *leases) fail(err error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.fails = err
}

func (l *leases) Heartbeat(_ context.Context, holder string, ttl time.Duration) error {
	return l.note("heartbeat of "+holder, ttl)
}

func (l *leases) Retire(_ context.Context, holder string) error { return l.note("end of "+holder, 0) }

func (l *leases) use(ctx context.Context, use func(context.Context, store.Conversations) error) error {
	return use(ctx, l)
}

func newLeases() *leases { return &leases{started: time.Now()} }

func keeper(predecessor string) *lease.Keeper {
	return lease.NewKeeper("me", predecessor, hclog.NewNullLogger())
}

func TestLeaseIsRenewedWhileItIsHeld(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		l, k := newLeases(), keeper("my predecessor")
		first, err := k.Hold(t.Context(), "store", l.use)
		if err != nil {
			t.Fatal(err)
		}
		second, err := k.Hold(t.Context(), "store", l.use)
		if err != nil {
			t.Fatal(err)
		}
		time.Sleep(6 * time.Second)
		first()
		first()
		// A renewal that fails is tried again in time.
		l.fail(errors.New("busy"))
		time.Sleep(5 * time.Second)
		l.fail(nil)
		time.Sleep(5 * time.Second)
		second()
		k.Close()
		time.Sleep(time.Minute)
		want := []call{
			{0, "end of my predecessor", 0},
			{0, "heartbeat of me", lease.TTL},
			{5 * time.Second, "heartbeat of me", lease.TTL},
			{10 * time.Second, "heartbeat of me", lease.TTL},
			{15 * time.Second, "heartbeat of me", lease.TTL},
		}
		if diff := cmp.Diff(want, l.calls); diff != "" {
			t.Errorf("the store was told (-want +got):\n%s", diff)
		}
	})
}

func TestStoresAreHeldApart(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		one, other, k := newLeases(), newLeases(), keeper("")
		releaseOne, err := k.Hold(t.Context(), "one", one.use)
		if err != nil {
			t.Fatal(err)
		}
		releaseOther, err := k.Hold(t.Context(), "other", other.use)
		if err != nil {
			t.Fatal(err)
		}
		releaseOne()
		time.Sleep(6 * time.Second)
		releaseOther()
		k.Close()
		if len(one.calls) != 1 || len(other.calls) != 2 {
			t.Errorf("one was told %v, the other %v", one.calls, other.calls)
		}
	})
}

// TestLeaseThatCannotBeHad checks that nothing is held after a failure, and that
// the next attempt is a new one.
func TestLeaseThatCannotBeHad(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		l, k := newLeases(), keeper("")
		broken := errors.New("broken")
		l.fail(broken)
		if _, err := k.Hold(t.Context(), "store", l.use); !errors.Is(err, broken) {
			t.Errorf("Hold = %v", err)
		}
		k.Close()
		l.fail(nil)
		release, err := k.Hold(t.Context(), "store", l.use)
		if err != nil {
			t.Fatal(err)
		}
		release()
		k.Close()
	})
}

// TestCallerWhoLeaves checks that who waits for a store that does not answer can
// leave, and leaves nothing behind.
func TestCallerWhoLeaves(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		k := keeper("")
		ctx, leave := context.WithTimeout(t.Context(), time.Second)
		defer leave()
		_, err := k.Hold(ctx, "store", func(ctx context.Context, _ func(context.Context, store.Conversations) error) error {
			<-ctx.Done()
			return ctx.Err()
		})
		if !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("Hold = %v", err)
		}
		k.Close()
	})
}
