package supervise

import (
	"context"
	"math"
	"sync"
	"time"

	"github.com/bothost/bothost/sdk/fault"
)

// unit is one plugin over time.
type unit struct {
	supervisor *Supervisor
	plugin     string

	// replacing is held while the plugin is replaced; it is taken before mutex.
	replacing sync.Mutex

	// suspects is held while a suspect is opened; it is taken before mutex.
	suspects sync.Mutex

	mutex sync.Mutex
	// current is the generation in use; nil if the plugin does not run.
	current *generation
	// starting is the start that is under way, which all who need it share.
	starting *start
	// recovering says that a goroutine brings the plugin back after a crash.
	recovering bool
	// instances are those in use, by key.
	instances map[string]*Instance

	// breakers has its own lock.
	breakers *breakers

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
	// away says that the process that the unit was attached to has ended.
	away      bool
	starts    int
	lastError error
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
