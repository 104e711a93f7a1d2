package plugintest

import (
	"context"
	"fmt"
	"runtime"
	"runtime/debug"
	"sync"
	"time"
)

// Outcome is what came of one case.
type Outcome struct {
	Case   string
	Passed bool
	// Skipped: the case does not apply, for the reason in Log. It has passed.
	Skipped bool
	// Log says what went wrong, and what the case had to tell.
	Log  []string
	Took time.Duration
}

// caseTimeout bounds one case of a Check.
const caseTimeout = 60 * time.Second

// Check runs the suite of the subject's kind, one case after the other, and
// calls report with the outcome of each. The error says why there is no suite to
// run, or that ctx ended; failures of cases are outcomes.
func Check(ctx context.Context, subject Subject, report func(Outcome)) error {
	instance, err := subject.open(ctx)
	if err != nil {
		return err
	}
	//nolint:contextcheck // a case takes its context from its T
	cases, err := instance.cases()
	if err != nil {
		return err
	}
	for _, c := range cases {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		report(RunCase(ctx, c, struct{}{}))
	}
	if err := instance.close(ctx); err != nil {
		return fmt.Errorf("close: %w", err)
	}
	return nil
}

// RunCase runs one case in a goroutine of its own, which Fatalf can end, for a
// minute at most.
func RunCase[S any](ctx context.Context, c Case[S], subject S) Outcome {
	ctx, cancel := context.WithTimeout(ctx, caseTimeout)
	defer cancel()
	t := &recorder{ctx: ctx}
	started := time.Now()
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		defer func() {
			if value := recover(); value != nil {
				t.Errorf("the case panicked: %v\n%s", value, debug.Stack())
			}
		}()
		c.Run(t, subject)
	}()
	<-ended
	return Outcome{Case: c.Name, Passed: !t.failed, Skipped: t.skipped, Log: t.log, Took: time.Since(started)}
}

// recorder is the T of a Check.
type recorder struct {
	ctx context.Context //nolint:containedctx // T gives it out

	mu      sync.Mutex
	failed  bool
	skipped bool
	log     []string
}

func (*recorder) Helper() {}

func (r *recorder) Context() context.Context { return r.ctx }

func (r *recorder) Logf(format string, args ...any) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.log = append(r.log, fmt.Sprintf(format, args...))
}

func (r *recorder) Errorf(format string, args ...any) {
	r.Logf(format, args...)
	r.mu.Lock()
	defer r.mu.Unlock()
	r.failed = true
}

func (r *recorder) Fatalf(format string, args ...any) {
	r.Errorf(format, args...)
	runtime.Goexit()
}

func (r *recorder) Skipf(format string, args ...any) {
	r.Logf(format, args...)
	r.mu.Lock()
	r.skipped = true
	r.mu.Unlock()
	runtime.Goexit()
}
