package supervise

import (
	"context"

	"golang.org/x/sync/errgroup"
)

// reopenAtOnce is how many instances are opened at a time after a crash.
const reopenAtOnce = 4

// generation is one process of a unit and those who use it.
type generation struct {
	process run
	// sessions is guarded by the unit's mutex.
	sessions int
	// left are the instances that were open when it was replaced; they are set
	// before it is retired.
	left []*Instance
	// retired is closed when the unit uses it no longer.
	retired chan struct{}
	// drained is closed when it is retired and no session is left.
	drained chan struct{}
}

func newGeneration(process run) *generation {
	return &generation{process: process, retired: make(chan struct{}), drained: make(chan struct{})}
}

// done is closed as soon as the process is of no use.
func (g *generation) done() <-chan struct{} { return g.process.done() }

// dead reports whether the process is of no use. A connection that broke says so
// first: it is made once, before the generation, and never made again.
func (g *generation) dead() bool { return isClosed(g.done()) || !g.process.connected() }

// leave is called with the unit's mutex held.
func (g *generation) leave() {
	g.sessions--
	g.closeDrained()
}

// retire is called with the unit's mutex held, once.
func (g *generation) retire() {
	close(g.retired)
	g.closeDrained()
}

// closeDrained does so when it is time: no session begins after retire.
func (g *generation) closeDrained() {
	if g.sessions == 0 && isClosed(g.retired) {
		close(g.drained)
	}
}

// watch stays with a generation until its end, has the next one made if that came
// unexpectedly, and disposes of it when its last user has left: a connection that
// is closed under its users would tell them that they gave up.
func (u *unit) watch(generation *generation) {
	process := generation.process
	select {
	case <-generation.retired:
		u.seeOff(generation)
		return
	case <-process.exited():
		<-process.done()
	}
	if u.supervisor.background.Err() == nil && !isClosed(generation.retired) {
		u.crashed(process.program(), process.end())
	}
	u.retire(generation)
	u.recover()
	u.awaitDrained(generation)
	process.dispose()
}

func (u *unit) awaitDrained(generation *generation) {
	select {
	case <-generation.drained:
	case <-u.supervisor.abandoned:
	}
}

// retire takes an ended generation out of use, unless it was replaced meanwhile.
// The crash is on record by now, so that the next start heeds it.
func (u *unit) retire(generation *generation) {
	u.mutex.Lock()
	defer u.mutex.Unlock()
	if u.current == generation {
		u.current = nil
		generation.retire()
	}
}

// recover brings the plugin back if there are instances of it, without waiting
// for somebody to need them.
func (u *unit) recover() {
	u.mutex.Lock()
	defer u.mutex.Unlock()
	if u.recovering || len(u.instances) == 0 {
		return
	}
	u.recovering = u.supervisor.spawn(u.bringBack)
}

// bringBack tries until the plugin runs, is broken, or is not needed.
func (u *unit) bringBack() {
	ctx := u.supervisor.background
	for {
		generation, err := u.generation(ctx, endless)
		if err == nil {
			u.reopen(ctx, generation)
		}
		if !u.needed() {
			return
		}
		// A crash has its own backoff; this is for a file that is not there.
		_ = pause(ctx, firstBackoff)
	}
}

// needed ends the recovery, under the lock that says so, once there is nothing
// left to do.
func (u *unit) needed() bool {
	u.mutex.Lock()
	defer u.mutex.Unlock()
	u.recovering = len(u.instances) > 0 && u.current == nil && !u.broken && u.supervisor.background.Err() == nil
	return u.recovering
}

// reopen opens all instances in the generation but those that may be the cause
// of the crash. They, and what fails, are tried again when they are needed.
func (u *unit) reopen(ctx context.Context, generation *generation) {
	var group errgroup.Group
	group.SetLimit(reopenAtOnce)
	for _, instance := range u.unsuspected() {
		group.Go(func() error {
			_, err := instance.openIn(ctx, generation)
			return err
		})
	}
	_ = group.Wait()
}

func (u *unit) unsuspected() []*Instance {
	u.mutex.Lock()
	defer u.mutex.Unlock()
	var list []*Instance
	for key, instance := range u.instances {
		if !u.quarantine.suspected(key) {
			list = append(list, instance)
		}
	}
	return list
}
