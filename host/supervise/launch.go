package supervise

import (
	"context"

	"github.com/bothost/bothost/sdk/fault"
)

// start is an attempt to make a generation. The results are set before done is
// closed.
type start struct {
	done       chan struct{}
	generation *generation
	err        error
}

func (s *start) wait(ctx context.Context, plugin string) (*generation, error) {
	if err := await(ctx, s.done); err != nil {
		return nil, fault.New(fault.As(err).Code, "%s: wait for its start: %w", plugin, err)
	}
	return s.generation, s.err
}

// start makes one attempt, on the supervisor's time rather than on that of the
// caller who came first, and stays with what it started until its end.
func (u *unit) start(attempt *start) {
	background := u.supervisor.background
	generation, err := u.launch(background)
	u.started(attempt, generation, err)
	if err != nil {
		return
	}
	if background.Err() != nil {
		// The shutdown began meanwhile and may not have seen this process.
		generation.process.stop(background)
	}
	u.watch(generation)
}

func (u *unit) launch(ctx context.Context) (*generation, error) {
	binary, err := u.supervisor.settings.Catalog.Binary(u.plugin)
	if err != nil {
		return nil, err
	}
	process, err := u.begin(ctx, binary)
	if err != nil {
		if ctx.Err() == nil {
			u.crashed(binary, err)
		}
		return nil, withoutOutput(err)
	}
	return newGeneration(process), nil
}

// started publishes what came of an attempt.
func (u *unit) started(attempt *start, generation *generation, err error) {
	u.mutex.Lock()
	defer u.mutex.Unlock()
	u.starting, u.current = nil, generation
	if err == nil {
		u.broken, u.away = false, false
		u.starts++
	}
	attempt.generation, attempt.err = generation, err
	close(attempt.done)
}
