package silence_test

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"github.com/bothost/bothost/sdk/llm/silence"
)

const limit = time.Minute

func TestWhatCountsAsSilence(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		happens func(*silence.Watch)
		isOver  bool
	}{
		"nothing is heard": {
			happens: func(*silence.Watch) { time.Sleep(limit + 1) }, isOver: true,
		},
		"something is heard all the time": {
			happens: func(w *silence.Watch) {
				for range 10 {
					time.Sleep(limit - 1)
					w.Heard()
				}
			},
		},
		"the reader takes its time": {
			happens: func(w *silence.Watch) { w.Pause(); time.Sleep(10 * limit); w.Heard() },
		},
		"nothing is heard after a pause": {
			happens: func(w *silence.Watch) { w.Pause(); w.Heard(); time.Sleep(limit + 1) }, isOver: true,
		},
		"a shorter limit is set": {
			happens: func(w *silence.Watch) { w.Within(time.Second); time.Sleep(time.Second + 1) }, isOver: true,
		},
		"it is stopped": {
			happens: func(w *silence.Watch) { w.Stop(); time.Sleep(limit + 1) },
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				watched, watch := silence.Start(t.Context(), limit)
				defer watch.Stop()
				test.happens(watch)
				synctest.Wait()
				if got := silence.HasEnded(watched); got != test.isOver {
					t.Errorf("silence has ended it: %v, want %v (%v)", got, test.isOver, context.Cause(watched))
				}
			})
		})
	}
}

func TestAStoppedWatchEndsItsContext(t *testing.T) {
	t.Parallel()
	watched, watch := silence.Start(t.Context(), limit)
	watch.Stop()
	if watched.Err() == nil {
		t.Error("the context lives on")
	}
}
