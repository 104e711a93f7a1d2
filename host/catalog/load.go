package catalog

import (
	"context"
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
	files, err := os.ReadDir(settings.Dir)
	if err != nil {
		return nil, wrongDir(settings.Dir, err)
	}
	catalog := &Catalog{dir: settings.Dir}
	for _, file := range files {
		if file.Name() != LockName && !strings.HasPrefix(file.Name(), ".") {
			catalog.entries = append(catalog.entries, newEntry(file.Name()))
		}
	}
	loader := &loader{Settings: settings, cache: cache{settings.CacheDir}}
	loader.verifyAll(catalog.entries)
	loader.describeAll(ctx, catalog.entries)
	if err := ctx.Err(); err != nil {
		return nil, wrongDir(settings.Dir, err)
	}
	loader.report(catalog.entries)
	return catalog, nil
}

// loader goes through the steps of a load, with all entries at a time: nothing is
// started before all that may be started is copied, since a process that is
// forked while a copy is written keeps it from being executed.
type loader struct {
	Settings
	cache cache
}

// verifyAll finds out which files may be run, and copies them.
func (l *loader) verifyAll(entries []Entry) {
	approved, err := l.approved()
	each(entries, func(entry *Entry) {
		if err != nil {
			entry.refuse("%w", err)
			return
		}
		l.verify(entry, approved)
	})
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

func (l *loader) verify(entry *Entry, approved pins) {
	path := filepath.Join(l.Dir, entry.Plugin)
	file, err := openTrusted(path)
	if err != nil {
		entry.refuse("%w", err)
		return
	}
	defer func() { _ = file.Close() }()
	entry.Path, entry.Checksum, err = privateCopy(file, l.PrivateDir, entry.Plugin)
	if err != nil {
		entry.refuse("%w", err)
		return
	}
	entry.Pinned = approved.allows(entry.Plugin, entry.Checksum)
	if approved != nil && !entry.Pinned {
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
	description, err := l.Describe(ctx, entry.binary())
	if err != nil {
		return nil, fmt.Errorf("it cannot be described: %w", err)
	}
	return description, nil
}

func (l *loader) report(entries []Entry) {
	for _, entry := range entries {
		if entry.State == Refused {
			l.Logger.Warn("plugin is refused", "plugin", entry.Plugin, "reason", entry.Reason)
		}
	}
}
