package supervise

import (
	"context"
	"fmt"
	"math"
	"sync"
	"time"

	"github.com/bothost/bothost/sdk/fault"
)

// unit is one plugin over time.
type unit struct {
	supervisor *Supervisor
	plugin     string

	mutex sync.Mutex
	// current is the generation in use; nil if the plugin does not run.
	current *generation
	// starting is the start that is under way, which all who need it share.
	starting *start
	// recovering says that a goroutine brings the plugin back after a crash.
	recovering bool
	// instances are those in use, by key.
	instances map[string]*Instance

	quarantine quarantine
	crashes    crashes
	notBefore  time.Time
	// farewells closes what is not needed any more; unclosed could not be closed
	// that way, because a shutdown had begun.
	farewells sync.WaitGroup
	unclosed  []*Instance

	// broken says that it crashed too often; crashedFile is the checksum of what
	// crashed last.
	broken      bool
	crashedFile string
	starts      int
	lastError   error
}

// start is an attempt to make a generation. The results are set before done is
// closed.
type start struct {
	done       chan struct{}
	generation *generation
	err        error
}

// generation returns the one in use, or starts one. While the plugin backs off
// after a crash it waits, if that is no longer than patience; endless patience is
// that of the supervisor itself.
func (u *unit) generation(ctx context.Context, patience time.Duration) (*generation, error) {
	for {
		step, err := u.next(patience)
		if err != nil {
			return nil, err
		}
		switch {
		case step.attempt != nil:
			return step.attempt.wait(ctx, u.plugin)
		case step.current == nil:
			err = pause(ctx, step.wait)
		case !step.current.dead():
			return step.current, nil
		default:
			err = await(ctx, step.current.retired)
		}
		if err != nil {
			return nil, fault.New(fault.As(err).Code, "%s: wait for its restart: %w", u.plugin, err)
		}
	}
}

// endless is the patience of who waits for as long as it takes.
const endless = time.Duration(math.MaxInt64)

// step is what a caller who needs a generation does next: use the current one,
// wait for an attempt, or wait for a time.
type step struct {
	current *generation
	attempt *start
	wait    time.Duration
}

func (u *unit) next(patience time.Duration) (step, error) {
	u.mutex.Lock()
	defer u.mutex.Unlock()
	if u.current != nil || u.starting != nil {
		return step{current: u.current, attempt: u.starting}, nil
	}
	u.forgiveReplacedFile()
	wait := time.Until(u.notBefore)
	if wait > 0 && (u.broken || wait > patience) {
		return step{}, u.unavailable(wait)
	}
	if wait > 0 {
		return step{wait: wait}, nil
	}
	attempt := &start{done: make(chan struct{})}
	if !u.supervisor.spawn(func() { u.start(attempt) }) {
		return step{}, errShuttingDown(u.plugin)
	}
	u.starting = attempt
	return step{attempt: attempt}, nil
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
		u.noFile(err)
		return nil, err
	}
	process, err := u.supervisor.settings.Launcher.start(ctx, binary)
	if err != nil {
		if ctx.Err() == nil {
			u.crashed(binary, err)
		}
		return nil, withoutOutput(err)
	}
	return newGeneration(process), nil
}

// noFile records why there is nothing to start.
func (u *unit) noFile(err error) {
	u.mutex.Lock()
	defer u.mutex.Unlock()
	u.lastError = err
}

// started publishes what came of an attempt.
func (u *unit) started(attempt *start, generation *generation, err error) {
	u.mutex.Lock()
	defer u.mutex.Unlock()
	u.starting, u.current = nil, generation
	if err == nil {
		u.broken = false
		u.starts++
	}
	attempt.generation, attempt.err = generation, err
	close(attempt.done)
}

// crashed records an unexpected end, and when the next start may be.
func (u *unit) crashed(binary Binary, err error) {
	u.mutex.Lock()
	defer u.mutex.Unlock()
	now := time.Now()
	count := u.crashes.add(now)
	u.lastError, u.crashedFile = err, binary.Checksum
	u.broken = count > maxCrashes
	u.notBefore = now.Add(backoff(count))
	if u.broken {
		u.notBefore = now.Add(u.supervisor.settings.CoolDown)
	}
	u.supervisor.settings.Launcher.Logger.Warn("plugin crashed",
		"plugin", u.plugin, "crashes", count, "broken", u.broken, "error", err)
}

// forgiveReplacedFile forgets the crashes of a file that is another one now.
// Called with the mutex held.
func (u *unit) forgiveReplacedFile() {
	if !u.broken {
		return
	}
	binary, err := u.supervisor.settings.Catalog.Binary(u.plugin)
	if err == nil && binary.Checksum != u.crashedFile {
		u.forgive()
	}
}

// forgive is called with the mutex held.
func (u *unit) forgive() {
	u.crashes, u.notBefore, u.broken = crashes{}, time.Time{}, false
}

// unavailable explains why the plugin cannot be used for a while.
func (u *unit) unavailable(wait time.Duration) error {
	state := "is being restarted"
	if u.broken {
		state = fmt.Sprintf("is broken: it crashed %d times within %s", len(u.crashes.times), crashWindow)
	}
	return fault.New(fault.Unavailable, "%s %s: %w", u.plugin, state, withoutOutput(u.lastError)).WithRetryAfter(wait)
}
