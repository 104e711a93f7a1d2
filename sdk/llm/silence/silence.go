// Package silence is for providers that give up on a model's server when they
// have heard nothing of it for too long, and for hosts that do so with a provider.
// There is no limit on a reply that keeps coming, and the time that the reader
// takes for a piece is not the server's.
package silence

import (
	"context"
	"errors"
	"time"
)

// errSilent is the cause of a context that a watch has ended.
var errSilent = errors.New("the server has been silent for too long")

// Watch ends a context when the server has been silent for the limit. Its
// methods are for one goroutine.
type Watch struct {
	cancel context.CancelCauseFunc
	timer  *time.Timer
	limit  time.Duration
}

// Start derives from ctx the context that the watch ends. Whoever starts a watch
// stops it.
func Start(ctx context.Context, limit time.Duration) (context.Context, *Watch) {
	watched, cancel := context.WithCancelCause(ctx)
	timer := time.AfterFunc(limit, func() { cancel(errSilent) })
	return watched, &Watch{cancel: cancel, timer: timer, limit: limit}
}

// Heard starts the limit anew.
func (w *Watch) Heard() { w.Within(w.limit) }

// Within sets another limit, from now.
func (w *Watch) Within(limit time.Duration) { w.timer.Reset(limit) }

// Pause lets time pass uncounted until something is heard again.
func (w *Watch) Pause() { w.timer.Stop() }

// Stop ends the context and frees what the watch holds.
func (w *Watch) Stop() {
	w.timer.Stop()
	w.cancel(context.Canceled)
}

// HasEnded reports whether silence has ended a watched context.
func HasEnded(watched context.Context) bool { return errors.Is(context.Cause(watched), errSilent) }
