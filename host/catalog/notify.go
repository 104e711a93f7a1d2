package catalog

import (
	"fmt"

	"github.com/fsnotify/fsnotify"
)

// Notify tells when something in a directory may have changed, as the system
// does; there may be nothing to hear on file systems that others write to. Several
// changes may be one message. stop ends it.
func Notify(dir string) (changes <-chan struct{}, stop func(), err error) {
	watcher, err := fsnotify.NewWatcher()
	if err != nil {
		return nil, nil, fmt.Errorf("watch: %w", err)
	}
	if err := watcher.Add(dir); err != nil {
		_ = watcher.Close()
		return nil, nil, fmt.Errorf("watch %s: %w", dir, err)
	}
	told, ended := make(chan struct{}, 1), make(chan struct{})
	go func() {
		defer close(ended)
		for hear(watcher) {
			select {
			case told <- struct{}{}:
			default:
			}
		}
	}()
	return told, func() {
		_ = watcher.Close()
		<-ended
	}, nil
}

// hear waits for a message, and reports whether there was one. An error means that
// messages were lost: it is one, too.
func hear(watcher *fsnotify.Watcher) (ok bool) {
	select {
	case _, ok = <-watcher.Events:
	case _, ok = <-watcher.Errors:
	}
	return ok
}
