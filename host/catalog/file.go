package catalog

import "time"

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
	w.ground = w.catalog.ground
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
