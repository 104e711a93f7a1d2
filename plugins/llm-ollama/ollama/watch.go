package ollama

import (
	"context"
	"errors"
	"time"
)

// errSilent is the cause of a context that ended because nothing was heard of
// the server for too long.
var errSilent = errors.New("the server has been silent for too long")

// watch ends a context when the server has been silent for the limit.
type watch struct {
	cancel context.CancelCauseFunc
	timer  *time.Timer
	limit  time.Duration
}

// startWatch derives the context that it ends from ctx.
func startWatch(ctx context.Context, limit time.Duration) (context.Context, *watch) {
	watched, cancel := context.WithCancelCause(ctx)
	timer := time.AfterFunc(limit, func() { cancel(errSilent) })
	return watched, &watch{cancel: cancel, timer: timer, limit: limit}
}

// heard starts the limit anew.
func (w *watch) heard() { w.within(w.limit) }

// within sets another limit, from now.
func (w *watch) within(limit time.Duration) { w.timer.Reset(limit) }

// pause lets time pass uncounted until something is heard again.
func (w *watch) pause() { w.timer.Stop() }

// stop ends the context and frees what the watch holds.
func (w *watch) stop() {
	w.timer.Stop()
	w.cancel(context.Canceled)
}

// isSilence reports whether silence has ended a watched context.
func isSilence(watched context.Context) bool { return errors.Is(context.Cause(watched), errSilent) }
