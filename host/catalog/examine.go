package catalog

import (
	"context"
	"errors"
	"strings"
	"time"
)

// task is a file to be examined, as it was when it was due. Afterwards again and
// the refusals are what came of it.
type task struct {
	name   string
	seen   stamp
	ground ground
	// again is when it is to be examined again because it may not have been whole.
	again time.Time
	refusals
}

// examine brings a file's entry up to date, and what is in service with it.
func (w *watcher) examine(ctx context.Context, t *task) {
	before, _ := w.catalog.get(t.name)
	if t.seen == (stamp{}) {
		w.catalog.remove(t.name)
		w.retire(ctx, before)
		w.settle(Entry{Plugin: t.name})
		return
	}
	entry := newEntry(t.name)
	if entry.State == Ignored {
		w.catalog.put(entry)
		return
	}
	approved, wrong := w.approved()
	w.verify(&entry, approved, wrong)
	switch entry.State {
	case Idle:
		w.take(ctx, t, &entry, before)
	case Waiting:
		t.again = time.Now().Add(w.pauses.stillness)
	default:
		t.add(entry, false, time.Now(), w.pauses)
	}
	if entry.State != Idle && ctx.Err() == nil {
		revoked := wrong == nil && approved != nil && !approved.allows(t.name, before.Serving)
		w.decline(ctx, entry, before, revoked)
	}
}

// take puts a verified file into service, unless its content is there already.
func (w *watcher) take(ctx context.Context, t *task, entry *Entry, before Entry) {
	if before.Usable() && entry.Checksum == before.Serving {
		t.refusals = refusals{}
		entry.Copy = before.Copy
		w.catalog.put(*entry)
		return
	}
	if reason, ok := t.still(entry.Checksum, time.Now()); ok {
		entry.refuse("%w", errors.New(reason))
		return
	}
	if err := w.serve(ctx, *entry, before); err != nil {
		entry.refuse("%w", err)
		t.add(*entry, true, time.Now(), w.pauses)
		return
	}
	t.refusals = refusals{}
}

// serve has a plugin described and its users take it over.
func (w *watcher) serve(ctx context.Context, entry, before Entry) error {
	asking, cancel := context.WithTimeout(ctx, w.pauses.describing)
	defer cancel()
	if err := w.describe(asking, &entry); err != nil {
		return err
	}
	if err := w.users.Replace(ctx, before, entry, func() { w.catalog.put(entry) }); err != nil {
		return err
	}
	w.Logger.Info("plugin is in service", "plugin", entry.Plugin, "version", entry.Version, "checksum", entry.Serving)
	w.settle(entry)
	return nil
}

// decline lists a file that is not to be used, or not yet. What was in service
// stays, unless the lock has revoked it.
func (w *watcher) decline(ctx context.Context, entry, before Entry, revoked bool) {
	if !revoked {
		entry.Copy = before.Copy
	}
	if entry.Usable() {
		separator := "; "
		if strings.Contains(entry.Reason, "\n") {
			separator = "\n"
		}
		entry.Reason += separator + "what was there before, " + entry.Serving + ", stays in service"
	}
	w.catalog.put(entry)
	if before.State != entry.State || before.Reason != entry.Reason {
		w.report(entry)
	}
	if revoked {
		w.retire(ctx, before)
	}
	w.settle(entry)
}

// retire takes a plugin out of service that the catalog gives no more.
func (w *watcher) retire(ctx context.Context, before Entry) {
	if !before.Usable() {
		return
	}
	if err := w.users.Withdraw(ctx, before.Plugin); err != nil && ctx.Err() == nil {
		w.Logger.Warn("plugin could not be taken out of service", "plugin", before.Plugin, "error", err)
	}
	w.Logger.Info("plugin is out of service", "plugin", before.Plugin, "checksum", before.Serving)
}
