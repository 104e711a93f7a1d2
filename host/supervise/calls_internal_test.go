package supervise

import (
	"context"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/bothost/bothost/sdk/fault"
)

// Calls above the limit are let in by the order of their arrival, each as soon as
// another one ends.
func TestCallsAboveTheLimitWaitInOrder(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		limit := newCallLimit("llm-x", 1)
		if err := limit.enter(t.Context()); err != nil {
			t.Fatal(err)
		}
		var order []int
		var waiting sync.WaitGroup
		for i := range 4 {
			waiting.Go(func() {
				if err := limit.enter(t.Context()); err != nil {
					t.Error(err)
				}
				order = append(order, i)
				time.Sleep(time.Second)
				limit.leave()
			})
			synctest.Wait()
		}
		limit.leave()
		waiting.Wait()
		if !slices.Equal(order, []int{0, 1, 2, 3}) {
			t.Errorf("let in by the order %v", order)
		}
	})
}

func TestNobodyWaitsForLong(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		patience time.Duration
		want     fault.Code
		reason   string
		waited   time.Duration
	}{
		"the wait is bounded":      {time.Minute, fault.Unavailable, PluginOverloaded, callWait},
		"the caller's time is out": {time.Second, fault.Timeout, "", time.Second},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				limit := newCallLimit("llm-x", 1)
				if err := limit.enter(t.Context()); err != nil {
					t.Fatal(err)
				}
				ctx, cancel := context.WithTimeout(t.Context(), test.patience)
				defer cancel()
				began := time.Now()
				err := limit.enter(ctx)
				problem := fault.As(err)
				if err == nil || problem.Code != test.want || problem.Reason != test.reason || time.Since(began) != test.waited {
					t.Errorf("after %s: %v, reason %q", time.Since(began), err, problem.Reason)
				}
				limit.leave()
				if err := limit.enter(t.Context()); err != nil {
					t.Errorf("when there is room again: %v", err)
				}
			})
		})
	}
}
