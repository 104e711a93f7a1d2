package plugintest

import (
	"context"
	"strings"
	"time"

	"github.com/bothost/bothost/sdk/fault"
	"github.com/bothost/bothost/sdk/store"
)

const (
	// changeDelay is how soon a change must reach a watcher.
	changeDelay = time.Second
	// attempts is how often it may be missed: the machine may be busy.
	attempts = 5
)

// watcher is a watch that runs beside the case.
type watcher struct {
	r      *registry
	stop   context.CancelFunc
	events chan store.WatchEvent
	ended  chan error
}

// watch begins a watch, which the caller has to end.
func (r *registry) watch(after *uint64) *watcher {
	ctx, stop := context.WithCancel(r.Context())
	w := &watcher{r: r, stop: stop, events: make(chan store.WatchEvent), ended: make(chan error, 1)}
	go func() {
		w.ended <- r.store.WatchTenants(ctx, after, func(event store.WatchEvent) error {
			select {
			case w.events <- event:
				return nil
			case <-ctx.Done():
				return ctx.Err()
			}
		})
	}()
	return w
}

// end ends the watch, and waits for it.
func (w *watcher) end() {
	w.r.Helper()
	w.stop()
	select {
	case err := <-w.ended:
		if !fault.Is(err, fault.Canceled) {
			w.r.Errorf("a cancelled watch ended with %v", err)
		}
	case <-time.After(patience):
		w.r.Errorf("a cancelled watch goes on")
	}
}

// next waits for an event.
func (w *watcher) next(within time.Duration) store.WatchEvent {
	w.r.Helper()
	select {
	case event := <-w.events:
		return event
	case err := <-w.ended:
		w.ended <- err
		w.r.Fatalf("the watch has ended: %v", err)
	case <-time.After(within):
		w.r.Fatalf("the watch has not told what it has to for %s", patience)
	}
	return nil
}

func (w *watcher) position() uint64 {
	w.r.Helper()
	event := w.next(patience)
	position, ok := event.(store.Position)
	if !ok {
		w.r.Fatalf("the watch begins with %#v, want its position", event)
	}
	return position.Revision
}

// change waits for the next change of one of the case's own tenants, and checks
// that revisions grow: others may change theirs at the same time. Positions in
// between must be those that the watch has come to.
func (w *watcher) change(last *uint64) store.Change {
	w.r.Helper()
	for deadline := time.Now().Add(patience); ; {
		event := w.next(time.Until(deadline))
		if position, ok := event.(store.Position); ok {
			if position.Revision != *last {
				w.r.Fatalf("the watch says that it is at revision %d after it told %d", position.Revision, *last)
			}
			continue
		}
		change, ok := event.(store.Change)
		if !ok {
			w.r.Fatalf("the watch tells %#v, want a change", event)
		}
		if change.Revision <= *last {
			w.r.Fatalf("the watch tells revision %d after %d", change.Revision, *last)
		}
		*last = change.Revision
		if strings.HasPrefix(change.Tenant, w.r.prefix) {
			return change
		}
	}
}
