package supervise

import (
	"context"
	"sync"

	"golang.org/x/sync/errgroup"

	"github.com/bothost/bothost/sdk/fault"
)

// Replace puts the catalog's present file in the place of the one that runs as
// the plugin, and no call fails of it: the new process is started, all instances
// are opened in it, new sessions begin there, and the old process is told to end
// when its last session has ended. Until then both run. If the new one cannot be
// started, or refuses an instance, the old one stays and the error says why. It
// does nothing if the plugin does not run, or runs that file already. What a
// plugin keeps only in its memory is lost.
func (s *Supervisor) Replace(ctx context.Context, plugin string) error {
	unit, err := s.unit(plugin)
	if err != nil {
		return err
	}
	// A shutdown ends it, and waits for it.
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	defer context.AfterFunc(s.background, cancel)() //nolint:contextcheck // either of the two ends it
	result := make(chan error, 1)
	if !s.spawn(func() { result <- unit.replace(ctx) }) {
		return errShuttingDown(plugin)
	}
	return <-result
}

func (u *unit) replace(ctx context.Context) error {
	u.replacing.Lock()
	defer u.replacing.Unlock()
	old, binary, err := u.replaceable(ctx)
	if old == nil || err != nil {
		return err
	}
	process, err := u.supervisor.settings.Launcher.start(ctx, binary)
	if err != nil {
		return withoutOutput(err)
	}
	next := newGeneration(process)
	openings, err := u.openAll(ctx, next)
	if err == nil && !u.switchTo(old, next, openings) { //nolint:contextcheck // closing an instance does not depend on who was the last
		err = fault.New(fault.Unavailable, "%s: it ended, or the host did, while it was being replaced", u.plugin)
	}
	if err != nil {
		process.stop(ctx)
	}
	return err
}

// replaceable returns the generation that is to be replaced, if any, and what by.
func (u *unit) replaceable(ctx context.Context) (*generation, Binary, error) {
	binary, err := u.supervisor.settings.Catalog.Binary(u.plugin)
	if err != nil {
		return nil, binary, err
	}
	u.mutex.Lock()
	current, starting := u.current, u.starting
	u.mutex.Unlock()
	if starting != nil {
		if current, err = starting.wait(ctx, u.plugin); err != nil {
			return nil, binary, err
		}
	}
	if current == nil || current.process.binary.Checksum == binary.Checksum {
		return nil, binary, nil
	}
	return current, binary, nil
}

// openAll opens the instances in a generation that is not in use yet. Those that
// come later are opened when they are needed.
func (u *unit) openAll(ctx context.Context, generation *generation) (map[*Instance]*opening, error) {
	var mutex sync.Mutex
	openings := map[*Instance]*opening{}
	var group errgroup.Group
	group.SetLimit(reopenAtOnce)
	for _, instance := range u.unsuspected() {
		group.Go(func() error {
			opening := &opening{generation: generation, done: make(chan struct{})}
			instance.perform(ctx, opening)
			mutex.Lock()
			defer mutex.Unlock()
			openings[instance] = opening
			return opening.err
		})
	}
	return openings, group.Wait()
}

// switchTo makes a generation the one in use, if the old one still is.
func (u *unit) switchTo(old, next *generation, openings map[*Instance]*opening) bool {
	u.mutex.Lock()
	defer u.mutex.Unlock()
	if u.current != old || !u.supervisor.spawn(func() { u.watch(next) }) {
		return false
	}
	for _, instance := range u.instances {
		if known := instance.opening; known != nil && known.generation == old {
			old.left = append(old.left, instance)
		}
	}
	for instance, opening := range openings {
		if instance.opening = opening; instance.closed {
			u.farewell(instance, opening)
		}
	}
	u.forgive()
	u.starts++
	u.current = next
	old.retire()
	return true
}

// seeOff ends a generation that was replaced, when its last user has left.
func (u *unit) seeOff(generation *generation) {
	u.awaitDrained(generation)
	for _, instance := range generation.left {
		instance.closeIn(u.supervisor.background, generation)
	}
	generation.process.stop(u.supervisor.background)
}
