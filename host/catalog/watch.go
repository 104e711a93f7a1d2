package catalog

import (
	"context"
	"sync"
	"time"
)

const (
	// pollInterval is how often the directory is looked at where nothing tells of
	// changes, and in case something was not told.
	pollInterval = 2 * time.Second
	// stillness is how long a file must have kept still to be taken for whole.
	stillness = time.Second
	// pause is how long the directory is left alone after a look: a copy that is
	// written is a lot of news.
	pause = 100 * time.Millisecond
	// describeTimeout is how long a plugin may take to say what it is while others
	// serve.
	describeTimeout = 5 * time.Second
	// examinedAtOnce is many, so that files that hang do not delay one that works.
	examinedAtOnce = 16
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
		examined: make(chan task), slots: make(chan struct{}, examinedAtOnce),
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
		case <-changes:
			rest(ctx, pause)
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
