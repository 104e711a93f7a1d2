package catalog

import (
	"errors"
	"os"
	"strings"
)

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
