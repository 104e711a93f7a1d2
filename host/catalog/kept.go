package catalog

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
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
	return removeBeyond(keptContents, filepath.Join(k.dir, plugin), contents)
}

// contents lists the checksums, without their prefix, of what is kept of a plugin,
// the latest first.
func (k kept) contents(plugin string) ([]string, error) {
	return latestFirst(filepath.Join(k.dir, plugin), func(name string) bool { return isChecksum(checksumPrefix + name) })
}
