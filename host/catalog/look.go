package catalog

import (
	"context"
	"maps"
	"slices"
	"time"
)

// look compares the directory with what is known, begins the examinations that are
// due, and returns how long nothing else is. A directory that cannot be read
// changes nothing.
func (w *watcher) look(ctx context.Context) time.Duration {
	names, err := w.names()
	if err != nil {
		return w.pauses.poll
	}
	now := time.Now()
	if ground := groundOf(w.Dir); ground != w.ground {
		w.ground, w.groundSince = ground, now
	}
	for _, name := range names {
		if w.files[name] == nil {
			w.files[name] = &file{since: now}
		}
	}
	next := w.pauses.poll
	for _, name := range slices.Collect(maps.Keys(w.files)) {
		next = min(next, w.consider(ctx, name, now))
	}
	return next
}

// consider examines a file if it is time to, and returns how long it is not.
func (w *watcher) consider(ctx context.Context, name string, now time.Time) time.Duration {
	known := w.files[name]
	if seen := stampOf(w.path(name)); seen != known.seen {
		known.seen, known.since = seen, now
	}
	due, changed := w.due(known)
	switch {
	case known.busy || due.IsZero():
		return w.pauses.poll
	case due.After(now):
		if _, listed := w.catalog.get(name); changed && !listed {
			w.announce(name)
		}
		return due.Sub(now)
	}
	known.busy = true
	w.begin(ctx, task{name: name, seen: known.seen, ground: w.ground, refusals: known.refusals})
	return w.pauses.poll
}

// begin examines a file beside others.
func (w *watcher) begin(ctx context.Context, task task) {
	w.routines.Go(func() {
		select {
		case w.slots <- struct{}{}:
		case <-ctx.Done():
			return
		}
		w.examine(ctx, &task)
		<-w.slots
		select {
		case w.examined <- task:
		case <-ctx.Done():
		}
	})
}

// announce lists a file that is new and not examined yet.
func (w *watcher) announce(name string) {
	entry := newEntry(name)
	if entry.State != Ignored {
		entry.wait()
	}
	w.catalog.put(entry)
}
