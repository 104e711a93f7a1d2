package supervise

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"sync"

	"golang.org/x/sync/errgroup"
)

// closeAtOnce is how many instances are closed at a time in a shutdown.
const closeAtOnce = 16

// Shutdown stops everything, once: from now on nothing is opened or acquired;
// sessions may end, until ctx or the DrainTimeout does; then instances are closed
// and processes told to end, and killed if they do not. It returns when all
// goroutines of the supervisor have ended, or with an error when some cannot,
// which takes a process that survives SIGKILL.
func (s *Supervisor) Shutdown(ctx context.Context) error {
	var err error
	s.shutdown.Do(func() { err = s.stop(ctx) })
	return err
}

func (s *Supervisor) stop(ctx context.Context) error {
	s.close()
	drain, cancel := context.WithTimeout(ctx, s.settings.DrainTimeout)
	defer cancel()
	late := await(drain, s.drained)
	s.stopUnits(ctx)
	close(s.abandoned)
	if err := s.awaitRoutines(); err != nil { //nolint:contextcheck // what is killed needs no permission to end
		return err
	}
	if late != nil {
		return errors.New("shut down plugins: calls were still running and have been cut off")
	}
	return nil
}

// close begins the shutdown.
func (s *Supervisor) close() {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	s.closing = true
	s.giveUp()
	if s.sessions == 0 {
		close(s.drained)
	}
}

func (s *Supervisor) stopUnits(ctx context.Context) {
	var units sync.WaitGroup
	for _, unit := range s.all() {
		units.Go(func() { unit.stop(ctx) })
	}
	units.Wait()
}

// awaitRoutines is bounded by what each of them is bounded by.
func (s *Supervisor) awaitRoutines() error {
	limit := s.settings.CloseTimeout + killWait + disposeWait
	ctx, cancel := context.WithTimeout(context.Background(), limit)
	defer cancel()
	if await(ctx, finished(s.routines.Wait)) != nil {
		return fmt.Errorf("shut down plugins: not all have ended after %s", limit)
	}
	return nil
}

// stop closes the instances, so that they end in good order, and the process.
func (u *unit) stop(ctx context.Context) {
	generation, instances := u.last()
	if generation == nil {
		return
	}
	closing, cancel := context.WithTimeout(ctx, u.supervisor.settings.CloseTimeout)
	defer cancel()
	var group errgroup.Group
	group.SetLimit(closeAtOnce)
	for _, instance := range instances {
		group.Go(func() error {
			instance.closeIn(closing, generation)
			return nil
		})
	}
	_ = group.Wait()
	// Each of them is bounded by the CloseTimeout too, or ends with the process.
	_ = await(closing, finished(u.farewells.Wait))
	generation.process.stop(ctx)
}

// last returns what is left when nobody uses the plugin any more.
func (u *unit) last() (*generation, []*Instance) {
	u.mutex.Lock()
	defer u.mutex.Unlock()
	return u.current, slices.AppendSeq(slices.Clone(u.unclosed), maps.Values(u.instances))
}
