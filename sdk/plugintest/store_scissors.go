package plugintest

import (
	"context"
	"math/rand/v2"
	"time"

	"github.com/bothost/bothost/sdk/fault"
)

// cutRounds is how many calls of a kind are cut short.
const cutRounds = 24

// scissors cut calls short, each at a random moment. They learn how long a call
// takes, so that about half of the calls end by themselves.
type scissors struct {
	T
	span time.Duration
}

func newScissors(t T) *scissors { return &scissors{T: t, span: time.Millisecond} }

// cut makes a call, and reports whether it was done; otherwise its outcome is not
// known.
func (s *scissors) cut(what string, call func(ctx context.Context) error) bool {
	s.Helper()
	ctx, cancel := context.WithCancel(s.Context())
	defer cancel()
	timer := time.AfterFunc(rand.N(s.span), cancel)
	defer timer.Stop()
	err := call(ctx)
	if err == nil {
		s.span = max(s.span*4/5, 10*time.Microsecond)
		return true
	}
	if ctx.Err() == nil || !fault.Is(err, fault.Canceled) {
		s.Fatalf("%s cut short: got the error %v, want a fault that is %s", what, err, fault.Canceled)
	}
	s.span = min(s.span*5/4, time.Second)
	return false
}
