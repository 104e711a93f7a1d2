package catalog

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/hashicorp/go-hclog"
	"golang.org/x/sync/errgroup"

	pluginv1 "github.com/bothost/bothost/sdk/plugin/v1"
)

// atOnce is how many plugins are copied or described at a time.
const atOnce = 4

// Load looks at the plugin directory. It fails only if the directory cannot be
// read at all, or ctx ends; what is wrong with a file is in its entry.
func Load(ctx context.Context, settings Settings) (*Catalog, error) {
	if settings.Logger == nil {
		settings.Logger = hclog.NewNullLogger()
	}
	if settings.DescribeTimeout <= 0 {
		settings.DescribeTimeout = 15 * time.Second
	}
	loader := &loader{Settings: settings, cache: cache{settings.CacheDir}, kept: kept{settings.KeptDir}}
	names, err := loader.names()
	if err != nil {
		return nil, wrongDir(settings.Dir, err)
	}
	entries := make([]Entry, len(names))
	for i, name := range names {
		entries[i] = newEntry(name)
	}
	loader.verifyAll(entries)
	loader.describeAll(ctx, entries)
	if err := ctx.Err(); err != nil {
		return nil, wrongDir(settings.Dir, err)
	}
	catalog := &Catalog{loader: loader, entries: make(map[string]Entry, len(entries))}
	for _, entry := range entries {
		loader.report(entry)
		loader.settle(entry)
		catalog.put(entry)
	}
	return catalog, nil
}

// loader goes through the steps of a load, with all entries at a time.
type loader struct {
	Settings
	cache cache
	kept  kept
}

// names lists the files that are meant to be plugins.
func (l *loader) names() ([]string, error) {
	files, err := os.ReadDir(l.Dir)
	if err != nil {
		return nil, err
	}
	var names []string
	for _, file := range files {
		if file.Name() != LockName && !strings.HasPrefix(file.Name(), ".") {
			names = append(names, file.Name())
		}
	}
	return names, nil
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

// approved checks what holds for all files.
func (l *loader) approved() (pins, error) {
	if err := checkDir(l.Dir); err != nil {
		return nil, wrongDir(l.Dir, err)
	}
	return readPins(l.Dir)
}

// verify finds out whether a file may be run, and copies it. What cannot be said
// of any file is wrong.
func (l *loader) verify(entry *Entry, approved pins, wrong error) {
	path := filepath.Join(l.Dir, entry.Plugin)
	entry.stamp = stampOf(path)
	if wrong != nil {
		entry.refuse("%w", wrong)
		return
	}
	file, err := openTrusted(path)
	if err != nil {
		entry.refuse("%w", err)
		return
	}
	defer func() { _ = file.Close() }()
	if beingWritten(file) {
		entry.wait()
		return
	}
	entry.Path, entry.Checksum, err = privateCopy(file, l.PrivateDir, entry.Plugin)
	if err != nil {
		entry.refuse("%w", err)
		return
	}
	entry.Serving = entry.Checksum
	entry.Pinned = approved.allows(entry.Plugin, entry.Checksum)
	switch {
	case stampOf(path) != entry.stamp || beingWritten(file):
		entry.wait()
	case approved != nil && !entry.Pinned:
		entry.refuse("%s does not name its checksum, %s; if you trust it: bothost plugin pin --plugin-dir %s",
			LockName, entry.Checksum, l.Dir)
	}
}

func (l *loader) describeAll(ctx context.Context, entries []Entry) {
	each(entries, func(entry *Entry) {
		if err := l.describe(ctx, entry); err != nil {
			entry.refuse("%w", err)
		}
	})
}

// describe keeps only descriptions that fit, so that one that does not is asked
// for again.
func (l *loader) describe(ctx context.Context, entry *Entry) error {
	if known := l.cache.get(*entry); known != nil && entry.adopt(known) == nil {
		return nil
	}
	description, err := l.ask(ctx, *entry)
	if err != nil {
		return err
	}
	if err := entry.adopt(description); err != nil {
		return err
	}
	if err := l.cache.put(*entry, description); err != nil {
		l.Logger.Warn("the next start will take longer", "error", err)
	}
	return nil
}

func (l *loader) ask(ctx context.Context, entry Entry) (*pluginv1.DescribeResponse, error) {
	ctx, cancel := context.WithTimeout(ctx, l.DescribeTimeout)
	defer cancel()
	description, err := l.Describe(ctx, entry.Binary())
	if err != nil {
		return nil, fmt.Errorf("it cannot be described: %w", err)
	}
	return description, nil
}

// settle keeps what is in service now, and removes the other copies.
func (l *loader) settle(entry Entry) {
	var err error
	if entry.Usable() {
		err = l.kept.add(entry)
	}
	if err = errors.Join(err, removeCopies(l.PrivateDir, entry.Plugin, entry.Path)); err != nil {
		l.Logger.Warn("copies of a plugin are not in order", "plugin", entry.Plugin, "error", err)
	}
}

func (l *loader) report(entry Entry) {
	if entry.State == Refused {
		l.Logger.Warn("plugin is refused", "plugin", entry.Plugin, "reason", entry.Reason)
	}
}
