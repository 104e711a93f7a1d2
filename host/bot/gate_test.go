package bot_test

import (
	"context"
	"errors"
	"slices"
	"strconv"
	"testing"
	"testing/synctest"
	"time"

	"pgregory.net/rapid"

	"github.com/bothost/bothost/host/bot"
	"github.com/bothost/bothost/sdk/fault"
	"github.com/bothost/bothost/sdk/store"
)

var here = store.Scope{Tenant: "acme", Conversation: "c1"}

// mustEnter enters a gate that is free.
func mustEnter(t *testing.T, gates *bot.Gates, scope store.Scope) (leave func()) {
	t.Helper()
	leave, err := gates.Enter(t.Context(), scope)
	if err != nil {
		t.Fatalf("Enter(%v) = %v", scope, err)
	}
	return leave
}

// enterLater enters in the background, and returns once the caller waits.
func enterLater(ctx context.Context, gates *bot.Gates, scope store.Scope, entered func(leave func(), err error)) {
	go func() { entered(gates.Enter(ctx, scope)) }()
	synctest.Wait()
}

func TestGateLetsInByOrderOfArrival(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		gates := bot.NewGates(time.Hour, 100)
		leave := mustEnter(t, gates, here)
		var order []int
		for i := range 20 {
			enterLater(t.Context(), gates, here, func(leave func(), err error) {
				if err != nil {
					t.Errorf("waiter %d: %v", i, err)
					return
				}
				order = append(order, i)
				time.Sleep(time.Second)
				leave()
			})
		}
		if len(order) > 0 {
			t.Fatalf("let in while somebody was inside: %v", order)
		}
		leave()
		time.Sleep(time.Minute)
		synctest.Wait()
		if len(order) != 20 || !slices.IsSorted(order) {
			t.Errorf("let in in the order %v", order)
		}
	})
}

func TestGatesOfConversationsAreApart(t *testing.T) {
	t.Parallel()
	gates := bot.NewGates(time.Hour, 0)
	for _, scope := range []store.Scope{
		here, {Tenant: "acme", Conversation: "c2"}, {Tenant: "other", Conversation: "c1"},
	} {
		defer mustEnter(t, gates, scope)()
	}
}

func TestGateRefusesWhoIsTooMany(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		gates := bot.NewGates(time.Hour, 2)
		leave := mustEnter(t, gates, here)
		entered := 0
		for range 2 {
			enterLater(t.Context(), gates, here, func(leave func(), err error) {
				if err == nil {
					entered++
					leave()
				}
			})
		}
		_, err := gates.Enter(t.Context(), here)
		if !fault.Is(err, fault.Conflict) || !fault.HasReason(err, bot.TurnInProgress) || fault.As(err).RetryAfter <= 0 {
			t.Errorf("the third waiter got %v", err)
		}
		leave()
		synctest.Wait()
		if entered != 2 {
			t.Errorf("%d of 2 waiters were let in", entered)
		}
		mustEnter(t, gates, here)()
	})
}

func TestGateWaitEnds(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		end   func(gates *bot.Gates, cancel context.CancelFunc)
		after time.Duration
		check func(error) bool
	}{
		"by its limit": {
			end: func(*bot.Gates, context.CancelFunc) {}, after: time.Minute,
			check: func(err error) bool { return fault.HasReason(err, bot.TurnInProgress) },
		},
		"by the caller": {
			end:   func(_ *bot.Gates, cancel context.CancelFunc) { cancel() },
			check: func(err error) bool { return errors.Is(err, context.Canceled) },
		},
		"by closing": {
			end: func(gates *bot.Gates, _ context.CancelFunc) { gates.Close() },
			check: func(err error) bool {
				return fault.Is(err, fault.Unavailable) && fault.HasReason(err, bot.ShuttingDown)
			},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				gates := bot.NewGates(time.Minute, 10)
				leave := mustEnter(t, gates, here)
				ctx, cancel := context.WithCancel(t.Context())
				defer cancel()
				started := time.Now()
				done := make(chan error, 1)
				enterLater(ctx, gates, here, func(_ func(), err error) { done <- err })
				test.end(gates, cancel)
				if err := <-done; !test.check(err) {
					t.Errorf("the waiter got %v", err)
				}
				if waited := time.Since(started); waited != test.after {
					t.Errorf("waited %v, want %v", waited, test.after)
				}
				leave()
			})
		})
	}
}

func TestGateForgetsWhoGaveUp(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		gates := bot.NewGates(time.Hour, 10)
		leave := mustEnter(t, gates, here)
		ctx, cancel := context.WithCancel(t.Context())
		enterLater(ctx, gates, here, func(_ func(), err error) {
			if err == nil {
				t.Error("who gave up was let in")
			}
		})
		entered := false
		enterLater(t.Context(), gates, here, func(_ func(), err error) { entered = err == nil })
		cancel()
		synctest.Wait()
		leave()
		synctest.Wait()
		if !entered {
			t.Error("the waiter behind one who gave up was not let in")
		}
	})
}

func TestClosedGatesKeepWhoIsInside(t *testing.T) {
	t.Parallel()
	gates := bot.NewGates(time.Hour, 10)
	leave := mustEnter(t, gates, here)
	gates.Close()
	gates.Close()
	if _, err := gates.Enter(t.Context(), store.Scope{Tenant: "acme", Conversation: "free"}); !fault.HasReason(err, bot.ShuttingDown) {
		t.Errorf("a free conversation of closed gates gave %v", err)
	}
	leave()
}

func TestLeavingTwiceIsLeavingOnce(t *testing.T) {
	t.Parallel()
	gates := bot.NewGates(time.Millisecond, 10)
	leave := mustEnter(t, gates, here)
	leave()
	next := mustEnter(t, gates, here)
	leave()
	if _, err := gates.Enter(t.Context(), here); err == nil {
		t.Error("leaving twice let somebody in beside who is inside")
	}
	next()
}

// visitor is one who enters, stays and leaves, unless he gives up before.
type visitor struct {
	Arrives, Stays, GivesUp time.Duration
	Conversation            int
}

// TestGateExcludes holds the gates to their promise under any traffic: at most
// one inside a conversation, nobody who waits for longer than he may, and
// nobody left waiting.
func TestGateExcludes(t *testing.T) {
	t.Parallel()
	milliseconds := func(most int) *rapid.Generator[time.Duration] {
		return rapid.Map(rapid.IntRange(0, most), func(n int) time.Duration { return time.Duration(n) * time.Millisecond })
	}
	visitors := rapid.SliceOfN(rapid.Custom(func(t *rapid.T) visitor {
		return visitor{
			Arrives: milliseconds(20).Draw(t, "arrives"), Stays: milliseconds(10).Draw(t, "stays"),
			GivesUp: milliseconds(40).Draw(t, "gives up"), Conversation: rapid.IntRange(0, 1).Draw(t, "conversation"),
		}
	}), 1, 30)
	rapid.Check(t, func(rt *rapid.T) {
		traffic := visitors.Draw(rt, "traffic")
		wrong := ""
		synctest.Test(t, func(t *testing.T) { wrong = visit(t, traffic) })
		if wrong != "" {
			rt.Fatal(wrong)
		}
	})
}

// visit lets the traffic through gates and says what went wrong.
func visit(t *testing.T, traffic []visitor) (wrong string) {
	const wait = 15 * time.Millisecond
	gates := bot.NewGates(wait, 5)
	var inside [2]int
	results := make(chan string, len(traffic))
	for _, v := range traffic {
		go func() {
			time.Sleep(v.Arrives)
			ctx, cancel := context.WithTimeout(t.Context(), v.GivesUp)
			defer cancel()
			arrived := time.Now()
			leave, err := gates.Enter(ctx, conversation(v.Conversation))
			if time.Since(arrived) > min(wait, v.GivesUp) {
				results <- "waited for too long"
				return
			}
			if err != nil {
				results <- ""
				return
			}
			results <- stay(&inside[v.Conversation], v)
			leave()
		}()
	}
	for range traffic {
		if result := <-results; result != "" {
			wrong = result
		}
	}
	synctest.Wait()
	for i := range inside {
		leave, err := gates.Enter(t.Context(), conversation(i))
		if err != nil {
			return "the conversation stayed taken: " + err.Error()
		}
		leave()
	}
	return wrong
}

func conversation(i int) store.Scope {
	return store.Scope{Tenant: "acme", Conversation: strconv.Itoa(i)}
}

// stay counts who is inside. The gate alone makes that safe: without it the race
// detector would speak up as well.
func stay(inside *int, v visitor) (wrong string) {
	*inside++
	if *inside != 1 {
		wrong = "not alone inside"
	}
	time.Sleep(v.Stays)
	*inside--
	return wrong
}
