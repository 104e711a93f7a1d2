package catalog

import (
	"context"
	"maps"
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
	// busy says that it is being examined, and hurried that it is to be looked at
	// again right after.
	busy, hurried bool
	// again is when it is looked at again because it may not have been whole.
	again time.Time
	refusals
}

// takeOver begins with what was examined when the directory was loaded.
func (w *watcher) takeOver() {
	w.ground = groundOf(w.Dir)
	for _, entry := range w.catalog.Entries() {
		if entry.Attached() {
			continue
		}
		known := &file{seen: entry.stamp, done: entry.stamp, ground: w.ground}
		switch entry.State {
		case Refused:
			known.add(entry, false, time.Now(), w.pauses)
		case Waiting:
			known.again = time.Now().Add(w.pauses.stillness)
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
	return at.Add(w.pauses.stillness), true
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
	known.done, known.ground, known.again, known.refusals = done.seen, done.ground, done.again, done.refusals
	if known.hurried {
		known.forget(time.Now())
	}
	known.busy, known.hurried = false, false
}

// hurry has what is refused looked at again, and what is being examined as soon
// as it has been: it may have been refused for a cause that is gone.
func (w *watcher) hurry() {
	now := time.Now()
	for _, known := range w.files {
		known.forget(now)
		known.hurried = known.busy
	}
}
