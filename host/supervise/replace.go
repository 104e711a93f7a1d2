package supervise

import (
	"context"
	"errors"

	"github.com/bothost/bothost/sdk/fault"
)

// Replace puts a file in the place of the one that runs as a plugin, and no call
// fails of it: the new process is started, the instances that are open are opened
// in it, new sessions begin there, and the old process is told to end when its
// last session has ended. Until then both run. If the new one cannot be started,
// or refuses an instance, the old one stays and the error says why. What a plugin
// keeps only in its memory is lost.
//
// At the moment of the change commit is called, once: from then on the catalog
// must give this file. So it is if the plugin does not run, or runs that file
// already, and commit is all that is done. It must not wait.
func (s *Supervisor) Replace(ctx context.Context, binary Binary, commit func()) error {
	return s.exchange(ctx, binary.Plugin, func(ctx context.Context, unit *unit) error {
		err := errEnded
		for errors.Is(err, errEnded) && ctx.Err() == nil {
			err = unit.replace(ctx, binary, commit)
		}
		return err
	})
}

// Withdraw takes a plugin out of use that the catalog gives no more: its process
// is told to end when its last session has ended. It does not wait for that.
func (s *Supervisor) Withdraw(ctx context.Context, plugin string) error {
	return s.exchange(ctx, plugin, func(ctx context.Context, unit *unit) error {
		current, err := unit.running(ctx)
		if err == nil && current != nil {
			unit.withdraw(current)
		}
		return err
	})
}

// exchange runs what changes a plugin's process, one at a time. A shutdown ends
// it, and waits for it.
func (s *Supervisor) exchange(ctx context.Context, plugin string, change func(context.Context, *unit) error) error {
	unit, err := s.unit(plugin)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	defer context.AfterFunc(s.background, cancel)() //nolint:contextcheck // either of the two ends it
	result := make(chan error, 1)
	begun := s.spawn(func() {
		unit.replacing.Lock()
		defer unit.replacing.Unlock()
		result <- change(ctx, unit)
	})
	if !begun {
		return errShuttingDown(plugin)
	}
	return <-result
}

// replace makes one attempt. It fails with errEnded if the old process has ended
// meanwhile, or another was started.
func (u *unit) replace(ctx context.Context, binary Binary, commit func()) error {
	old, err := u.running(ctx)
	if err != nil {
		return err
	}
	if old == nil || old.process.program().Checksum == binary.Checksum {
		return u.commit(old, commit)
	}
	process, err := u.supervisor.settings.Launcher.start(ctx, binary)
	if err != nil {
		return withoutOutput(err)
	}
	next := newGeneration(process)
	openings, err := u.openAll(ctx, old, next)
	if err == nil && !u.switchTo(old, next, openings, commit) { //nolint:contextcheck // closing an instance does not depend on who was the last
		err = fault.New(fault.Unavailable, "%s: %w, or the host did, while it was being replaced", u.plugin, errEnded)
	}
	if err != nil {
		process.stop(ctx)
	}
	return err
}

// running returns the generation in use, if any, once no start is under way. That
// a start fails is no reason not to replace what was started.
func (u *unit) running(ctx context.Context) (*generation, error) {
	for {
		u.mutex.Lock()
		current, starting := u.current, u.starting
		u.mutex.Unlock()
		if starting == nil {
			return current, nil
		}
		if err := await(ctx, starting.done); err != nil {
			return nil, fault.New(fault.As(err).Code, "%s: wait for its start: %w", u.plugin, err)
		}
	}
}

// commit is a replacement of what needs none. What has crashed too often is
// forgiven: it is another file now.
func (u *unit) commit(old *generation, commit func()) error {
	u.mutex.Lock()
	defer u.mutex.Unlock()
	if u.current != old || u.starting != nil {
		return errEnded
	}
	commit()
	u.forgiveReplacedFile()
	return nil
}

// switchTo makes a generation the one in use, if the old one still is.
func (u *unit) switchTo(old, next *generation, openings map[*Instance]*opening, commit func()) bool {
	u.mutex.Lock()
	defer u.mutex.Unlock()
	if u.current != old || !u.supervisor.spawn(func() { u.watch(next) }) {
		return false
	}
	commit()
	u.leave(old)
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

// withdraw ends the use of a generation, if it is still the one in use.
func (u *unit) withdraw(current *generation) {
	u.mutex.Lock()
	defer u.mutex.Unlock()
	if u.current != current {
		return
	}
	u.leave(current)
	u.current = nil
	current.retire()
}

// leave notes which instances are open in a generation that is about to be
// retired. Called with the mutex held.
func (u *unit) leave(old *generation) {
	for _, instance := range u.instances {
		if known := instance.opening; known != nil && known.generation == old {
			old.left = append(old.left, instance)
		}
	}
}

// seeOff ends a generation that was replaced, when its last user has left.
func (u *unit) seeOff(generation *generation) {
	u.awaitDrained(generation)
	for _, instance := range generation.left {
		instance.closeIn(u.supervisor.background, generation)
	}
	generation.process.stop(u.supervisor.background)
}
