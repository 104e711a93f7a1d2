package ollama

import (
	"context"
	"errors"
	"time"
)

// errSilent is the cause of a context that ended because nothing was heard of
// the server for too long.
var errSilent = errors.New("the server has been silent for too long")

// watch ends its context when the server has been silent for the limit.
type watch struct {
	ctx    context.Context //nolint:containedctx // the watch is what ends it
	cancel context.CancelCauseFunc
	timer  *time.Timer
	limit  time.Duration
}

func startWatch(ctx context.Context, limit time.Duration) *watch {
	watched, cancel := context.WithCancelCause(ctx)
	return &watch{
		ctx:    watched,
		cancel: cancel,
		timer:  time.AfterFunc(limit, func() { cancel(errSilent) }),
		limit:  limit,
	}
}

// heard starts the limit anew.
func (w *watch) heard() { w.within(w.limit) }

// within sets another limit, from now.
func (w *watch) within(limit time.Duration) { w.timer.Reset(limit) }

// pause lets time pass uncounted until something is heard again.
func (w *watch) pause() { w.timer.Stop() }

// ranOut reports whether silence has ended the context.
func (w *watch) ranOut() bool { return errors.Is(context.Cause(w.ctx), errSilent) }

// stop ends the context and frees what the watch holds.
func (w *watch) stop() {
	w.timer.Stop()
	w.cancel(context.Canceled)
}
