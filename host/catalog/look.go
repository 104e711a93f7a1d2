package catalog

import (
	"context"
	"maps"
	"path/filepath"
	"slices"
	"time"
)

// file is what the watcher knows of one name.
type file struct {
	// seen is the stamp of the last look, and since when it is the same.
	seen  stamp
	since time.Time
	// done and ground are what the last examination was of.
	done   stamp
	ground ground
	// busy says that it is being examined.
	busy bool
	refusals
}

// takeOver begins with what was examined when the directory was loaded.
func (w *watcher) takeOver() {
	w.ground = groundOf(w.Dir)
	for _, entry := range w.catalog.Entries() {
		known := &file{seen: entry.stamp, done: entry.stamp, ground: w.ground}
		if entry.State == Refused || entry.State == Waiting {
			known.add(entry, false, time.Now())
		}
		w.files[entry.Plugin] = known
	}
}

// look compares the directory with what is known, begins the examinations that are
// due, and returns how long nothing else is. A directory that cannot be read
// changes nothing.
func (w *watcher) look(ctx context.Context) time.Duration {
	names, err := w.names()
	if err != nil {
		return pollInterval
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
	next := pollInterval
	for _, name := range slices.Collect(maps.Keys(w.files)) {
		next = min(next, w.consider(ctx, name, now))
	}
	return next
}

// consider examines a file if it is time to, and returns how long it is not.
func (w *watcher) consider(ctx context.Context, name string, now time.Time) time.Duration {
	known := w.files[name]
	if seen := stampOf(filepath.Join(w.Dir, name)); seen != known.seen {
		known.seen, known.since = seen, now
	}
	due, changed := w.due(known)
	switch {
	case known.busy || due.IsZero():
		return pollInterval
	case due.After(now):
		if _, listed := w.catalog.get(name); changed && !listed {
			w.announce(name)
		}
		return due.Sub(now)
	}
	known.busy = true
	w.begin(ctx, task{name: name, seen: known.seen, ground: w.ground, refusals: known.refusals})
	return pollInterval
}

// begin examines a file beside others.
func (w *watcher) begin(ctx context.Context, task task) {
	w.routines.Go(func() {
		w.slots <- struct{}{}
		w.examine(ctx, &task)
		<-w.slots
		select {
		case w.examined <- task:
		case <-ctx.Done():
		}
	})
}

// due is when a file is to be examined; the zero time: not at all. It is said,
// too, whether that is because something has changed.
func (w *watcher) due(known *file) (at time.Time, changed bool) {
	if known.seen == known.done && known.ground == w.ground {
		if !known.again.IsZero() {
			return known.again, false
		}
		return known.next, false
	}
	at = known.since
	if at.Before(w.groundSince) {
		at = w.groundSince
	}
	return at.Add(stillness), true
}

// announce lists a file that is new and not examined yet.
func (w *watcher) announce(name string) {
	entry := newEntry(name)
	if entry.State != Ignored {
		entry.wait()
	}
	w.catalog.put(entry)
}

// conclude takes over what came of an examination.
func (w *watcher) conclude(done task) {
	known := w.files[done.name]
	if done.seen == (stamp{}) && known.seen == (stamp{}) {
		delete(w.files, done.name)
		return
	}
	known.busy = false
	known.done, known.ground, known.refusals = done.seen, done.ground, done.refusals
}
