package catalog

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// keptContents is how many contents of a plugin are kept: the one in service, and
// what there was before it.
const keptContents = 3

// kept is the folder of what was in service: a folder for each plugin, in it the
// contents under their checksums. A file's time is when it was put into service
// last. An empty path keeps nothing.
type kept struct{ dir string }

// add keeps the entry's copy, as another link to it, and forgets what is too old.
func (k kept) add(entry Entry) error {
	if k.dir == "" {
		return nil
	}
	path := filepath.Join(k.dir, entry.Plugin, strings.TrimPrefix(entry.Serving, checksumPrefix))
	err := os.MkdirAll(filepath.Dir(path), 0o700)
	if err == nil {
		err = os.Link(entry.Path, path)
	}
	if err == nil || errors.Is(err, fs.ErrExist) {
		now := time.Now()
		err = os.Chtimes(path, now, now)
	}
	if err == nil {
		err = k.prune(entry.Plugin)
	}
	if err != nil {
		return fmt.Errorf("keep %s: %w", entry.Plugin, err)
	}
	return nil
}

func (k kept) prune(plugin string) error {
	contents, err := k.contents(plugin)
	if err != nil {
		return err
	}
	for _, old := range contents[min(keptContents, len(contents)):] {
		err = errors.Join(err, os.Remove(filepath.Join(k.dir, plugin, old)))
	}
	return err
}

// contents lists the checksums, without their prefix, of what is kept of a plugin,
// the latest first.
func (k kept) contents(plugin string) ([]string, error) {
	files, err := os.ReadDir(filepath.Join(k.dir, plugin))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	var found []os.FileInfo
	for _, file := range files {
		// What has been removed since is of no use.
		if info, err := file.Info(); err == nil && isChecksum(checksumPrefix+info.Name()) {
			found = append(found, info)
		}
	}
	slices.SortStableFunc(found, func(a, b os.FileInfo) int { return b.ModTime().Compare(a.ModTime()) })
	names := make([]string, len(found))
	for i, info := range found {
		names[i] = info.Name()
	}
	return names, err
}
