package supervise

import (
	"context"
	"time"
)

// await waits for an event, no longer than the context lasts.
func await(ctx context.Context, event <-chan struct{}) error {
	select {
	case <-event:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// pause waits for a time, no longer than the context lasts.
func pause(ctx context.Context, wait time.Duration) error {
	timer := time.NewTimer(wait)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// isClosed reports whether an event has happened.
func isClosed(event <-chan struct{}) bool {
	select {
	case <-event:
		return true
	default:
		return false
	}
}

// finished turns a wait without a bound into an event. Its goroutine ends with
// the wait.
func finished(wait func()) <-chan struct{} {
	event := make(chan struct{})
	go func() {
		defer close(event)
		wait()
	}()
	return event
}
