package catalog

import (
	"context"
	"time"

	"golang.org/x/sync/errgroup"
)

// Load looks at the plugin directory. It fails only if the directory cannot be
// read at all, a process cannot be attached to, or ctx ends; what is wrong with a
// file is in its entry.
func Load(ctx context.Context, settings Settings) (*Catalog, error) {
	loader := &loader{Settings: settings.withDefaults(), cache: cache{settings.CacheDir}, kept: kept{settings.KeptDir}}
	names, err := loader.names()
	if err != nil {
		return nil, wrongDir(settings.Dir, err)
	}
	entries := make([]Entry, len(names))
	for i, name := range names {
		entries[i] = newEntry(name)
	}
	loader.letRest(ctx, entries)
	ground := groundOf(settings.Dir)
	loader.verifyAll(entries)
	loader.describeAll(ctx, entries)
	if err := ctx.Err(); err != nil {
		return nil, wrongDir(settings.Dir, err)
	}
	catalog := &Catalog{
		loader: loader, ground: ground,
		again: make(chan struct{}, 1), entries: make(map[string]Entry, len(entries)),
	}
	for _, entry := range entries {
		loader.report(entry)
		loader.settle(entry)
		catalog.put(entry)
	}
	if err := catalog.attach(ctx); err != nil {
		return nil, err
	}
	return catalog, nil
}

// letRest waits until files that are being copied may have kept still: the last
// write was a moment ago.
func (l *loader) letRest(ctx context.Context, entries []Entry) {
	var wanted time.Duration
	for _, entry := range entries {
		if entry.State == Idle {
			wanted = max(wanted, l.restless(stampOf(l.path(entry.Plugin))))
		}
	}
	rest(ctx, wanted)
}

// verifyAll finds out which files may be run, and copies them.
func (l *loader) verifyAll(entries []Entry) {
	approved, err := l.approved()
	each(entries, func(entry *Entry) { l.verify(entry, approved, err) })
}

// each works on the entries that are not refused yet, several at a time.
func each(entries []Entry, work func(*Entry)) {
	var group errgroup.Group
	group.SetLimit(atOnce)
	for i := range entries {
		if entry := &entries[i]; entry.State == Idle {
			group.Go(func() error {
				work(entry)
				return nil
			})
		}
	}
	// What went wrong is in the entries.
	_ = group.Wait()
}

func (l *loader) describeAll(ctx context.Context, entries []Entry) {
	each(entries, func(entry *Entry) {
		if err := l.describe(ctx, entry); err != nil {
			entry.refuse("%w", err)
		}
	})
}
