package catalog

import (
	"context"
	"sync"
	"time"
)

// Users are those who use the plugins while the directory is watched.
type Users interface {
	// Replace puts a plugin into service, in the place of what was in service
	// before, if anything was, and calls commit in between: from then on the catalog
	// gives the new one. If the new one cannot take that place the error says why,
	// and commit was not called.
	Replace(ctx context.Context, before, next Entry, commit func()) error
	// Withdraw takes a plugin out of service; the catalog gives it no more.
	Withdraw(ctx context.Context, plugin string) error
}

// Watch follows the directory until ctx ends: see the package comment. It may be
// called once. notify tells of changes, as Notify does; where it fails, or is nil,
// the directory is looked at every two seconds all the same.
func (c *Catalog) Watch(ctx context.Context, users Users, notify func(dir string) (<-chan struct{}, func(), error)) {
	w := &watcher{
		loader: c.loader, catalog: c, users: users, files: map[string]*file{},
		examined: make(chan task), slots: make(chan struct{}, atOnce),
	}
	w.takeOver()
	var changes <-chan struct{}
	if notify != nil {
		told, stop, err := notify(c.loader.Dir)
		if err != nil {
			c.loader.Logger.Warn("plugin directory is looked at from time to time only", "error", err)
		} else {
			defer stop()
			changes = told
		}
	}
	w.run(ctx, changes)
}

// LookAgain has Watch look at once at what is refused: its cause may be gone, such as
// a configuration that it did not fit. It does not wait.
func (c *Catalog) LookAgain() {
	select {
	case c.again <- struct{}{}:
	default:
		// It has been asked already, and has not begun.
	}
}

// watcher is one Watch. All but the examinations is done by one goroutine.
type watcher struct {
	*loader
	catalog *Catalog
	users   Users

	files map[string]*file
	// ground is as it was when the directory was last looked at, and since when.
	ground      ground
	groundSince time.Time

	examined chan task
	slots    chan struct{}
	routines sync.WaitGroup
}

func (w *watcher) run(ctx context.Context, changes <-chan struct{}) {
	defer w.routines.Wait()
	for {
		timer := time.NewTimer(w.look(ctx))
		select {
		case <-ctx.Done():
		case done := <-w.examined:
			w.conclude(done)
		case <-w.catalog.again:
			w.hurry()
		case <-changes:
			rest(ctx, w.pauses.news)
		case <-timer.C:
		}
		timer.Stop()
		if ctx.Err() != nil {
			return
		}
	}
}

func rest(ctx context.Context, long time.Duration) {
	select {
	case <-time.After(long):
	case <-ctx.Done():
	}
}
