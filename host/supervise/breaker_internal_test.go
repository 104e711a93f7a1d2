package supervise

import (
	"bytes"
	"errors"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/hashicorp/go-hclog"

	"github.com/bothost/bothost/sdk/fault"
)

const (
	bad  = "0123456789abcdef"
	good = "good"

	firstSuspension = time.Second
)

// attempt makes one that fails, and reports whether it was let through.
func attempt(b *breakers) bool {
	suspensions, err := b.admit(bad)
	if err == nil {
		b.failed(bad, suspensions, errors.New("llm-x: no route to host"))
	}
	return err == nil
}

// suspend makes a configuration fail until it is.
func suspend(t *testing.T, b *breakers) {
	t.Helper()
	for i := range failuresInARow {
		if !attempt(b) {
			t.Fatalf("suspended after %d failures", i)
		}
	}
	if b.suspended() != 1 {
		t.Fatalf("not suspended after %d failures", failuresInARow)
	}
}

func newTestBreakers(plugin string) (*breakers, *bytes.Buffer) {
	log := &bytes.Buffer{}
	return newBreakers(plugin, firstSuspension, hclog.New(&hclog.LoggerOptions{Output: log})), log
}

func TestSuspensionSaysWhyAndForHowLong(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b, log := newTestBreakers("llm-x")
		suspend(t, b)
		_, err := b.admit(bad)
		problem := fault.As(err)
		if problem.Code != fault.Unavailable || problem.Reason != InstanceSuspended {
			t.Fatalf("error is %v, reason %q", err, problem.Reason)
		}
		if wait := problem.RetryAfter; wait < firstSuspension/2 || wait > firstSuspension {
			t.Errorf("the first pause is %s", wait)
		}
		if !strings.Contains(err.Error(), "after 5 failures in a row, the last: no route to host") {
			t.Errorf("error is %v", err)
		}
		if _, err := b.admit(good); err != nil || b.refuse(good) != nil {
			t.Errorf("another configuration: %v", err)
		}
		time.Sleep(problem.RetryAfter)
		if err := b.refuse(bad); err != nil {
			t.Errorf("when it is said to be tried again: %v", err)
		}
		if text := log.String(); strings.Count(text, "configuration suspended") != 1 || strings.Contains(text, bad) {
			t.Errorf("the log is %s", text)
		}
	})
}

// While all fails, one attempt is made in each pause, and these grow.
func TestAttemptsGetRarer(t *testing.T) {
	t.Parallel()
	for plugin, test := range map[string]struct{ least, most int }{
		"llm-x": {15, 40}, "store-x": {180, 400},
	} {
		t.Run(plugin, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				b, log := newTestBreakers(plugin)
				suspend(t, b)
				attempts := 0
				for began := time.Now(); time.Since(began) < 15*time.Minute; time.Sleep(100 * time.Millisecond) {
					if attempt(b) {
						attempts++
					}
				}
				if attempts < test.least || attempts > test.most {
					t.Errorf("%d attempts within 15 minutes, want %d to %d", attempts, test.least, test.most)
				}
				if lines := strings.Count(log.String(), "\n"); lines != 1 {
					t.Errorf("%d lines in the log:\n%s", lines, log)
				}
			})
		})
	}
}

func TestSuccessEndsASuspension(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b, log := newTestBreakers("llm-x")
		suspend(t, b)
		time.Sleep(firstSuspension)
		suspensions, err := b.admit(bad)
		if err != nil || suspensions != 1 {
			t.Fatalf("the attempt: %d, %v", suspensions, err)
		}
		if _, err := b.admit(bad); err == nil {
			t.Error("a second attempt beside the first")
		}
		b.worked(bad)
		if _, err := b.admit(bad); err != nil || b.suspended() != 0 {
			t.Errorf("after it worked: %v, %d suspended", err, b.suspended())
		}
		if !strings.Contains(log.String(), "configuration works again") {
			t.Errorf("the log is %s", log)
		}
		suspend(t, b)
	})
}

// An attempt of which nothing is heard does not keep the next from being made.
func TestLostAttemptIsFollowedByAnother(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b, _ := newTestBreakers("llm-x")
		suspend(t, b)
		for range 3 {
			time.Sleep(firstSuspension)
			if _, err := b.admit(bad); err != nil {
				t.Fatal(err)
			}
		}
	})
}

// Calls that were under way when it was suspended tell nothing new, however many
// fail.
func TestFailuresFromBeforeDoNotProlongASuspension(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b, _ := newTestBreakers("llm-x")
		suspend(t, b)
		for range 100 {
			b.failed(bad, 0, errors.New("late"))
		}
		time.Sleep(firstSuspension)
		if err := b.refuse(bad); err != nil {
			t.Error(err)
		}
	})
}

func TestOldFailuresDoNotCount(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b, _ := newTestBreakers("llm-x")
		for range 3 * failuresInARow {
			attempt(b)
			time.Sleep(failureMemory + 1)
		}
		if b.suspended() != 0 {
			t.Error("suspended for failures that lie far apart")
		}
		suspend(t, b)
		time.Sleep(failureMemory + 1)
		b.failed(good, 0, errors.New("another"))
		if b.suspended() != 0 || b.known.Load() != 1 {
			t.Errorf("%d suspended and %d known, want what nobody asked for to be forgotten", b.suspended(), b.known.Load())
		}
	})
}
