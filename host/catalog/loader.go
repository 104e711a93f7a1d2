package catalog

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
)

// atOnce is how many files are worked on at a time: many, so that those that hang
// do not delay one that works.
const atOnce = 16

// loader takes the steps by which a file becomes a plugin.
type loader struct {
	Settings
	cache cache
	kept  kept
}

func (l *loader) path(file string) string { return filepath.Join(l.Dir, file) }

// names lists the files that are meant to be plugins, and that no process takes
// the place of.
func (l *loader) names() ([]string, error) {
	files, err := os.ReadDir(l.Dir)
	if err != nil {
		return nil, err
	}
	var names []string
	for _, file := range files {
		_, attached := l.Attached[file.Name()]
		if file.Name() != LockName && !strings.HasPrefix(file.Name(), ".") && !attached {
			names = append(names, file.Name())
		}
	}
	return names, nil
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
