package supervise

import (
	"context"
	"errors"
	"strings"
	"time"

	"github.com/bothost/bothost/sdk/client"
	"github.com/bothost/bothost/sdk/fault"
	"github.com/bothost/bothost/sdk/memory"
	pluginv1 "github.com/bothost/bothost/sdk/plugin/v1"
)

// opening is the instance in one generation. The results are set before done is
// closed.
type opening struct {
	generation *generation
	// suspensions is what the breaker gave.
	suspensions int
	done        chan struct{}
	window      memory.Window
	err         error
}

// openIn opens the instance in a generation, together with all who ask for it.
func (i *Instance) openIn(ctx context.Context, generation *generation) (*opening, error) {
	opening, err := i.joinOpening(generation)
	if err != nil {
		return nil, err
	}
	if err := await(ctx, opening.done); err != nil {
		return nil, fault.New(fault.As(err).Code, "%s: wait for it to open: %w", i.Plugin(), err)
	}
	return opening, opening.err
}

// errEnded says that the process has just ended, or was replaced: the next one
// may do.
var errEnded = errors.New("its process ended")

// joinOpening finds the opening in the generation, unless it failed, or begins
// one. None is begun in a generation that is not in use, so that the latest
// opening is always that of the latest generation.
func (i *Instance) joinOpening(generation *generation) (*opening, error) {
	i.unit.mutex.Lock()
	defer i.unit.mutex.Unlock()
	if i.unit.current != generation || generation.dead() {
		return nil, fault.New(fault.Unavailable, "%s: %w", i.Plugin(), errEnded)
	}
	if known := i.opening; known != nil && known.generation == generation && !known.failed() {
		return known, nil
	}
	if wait := i.unit.quarantine.wait(i.key, time.Now()); wait > 0 {
		return nil, fault.New(fault.Unavailable, "%s: its process keeps ending while it opens this configuration", i.Plugin()).
			WithRetryAfter(wait)
	}
	suspensions, err := i.unit.breakers.admit(i.key)
	if err != nil {
		return nil, err
	}
	opening := &opening{generation: generation, suspensions: suspensions, done: make(chan struct{})}
	if i.closed {
		return nil, errReleased(i.Plugin())
	}
	if !i.unit.supervisor.spawn(func() { i.perform(i.unit.supervisor.background, opening) }) {
		return nil, errShuttingDown(i.Plugin())
	}
	i.opening = opening
	return opening, nil
}

func errReleased(plugin string) error {
	return fault.New(fault.Internal, "%s: the instance is used after its release", plugin)
}

func (o *opening) failed() bool { return isClosed(o.done) && o.err != nil }

// perform opens the instance, and says in the opening what came of it. A suspect
// waits until it is the only one that is being opened.
func (i *Instance) perform(ctx context.Context, opening *opening) {
	defer close(opening.done)
	ctx, cancel := opening.generation.limit(ctx, i.unit.supervisor.settings.OpenTimeout)
	defer cancel()
	suspected := i.suspected()
	if suspected {
		i.unit.suspects.Lock()
		defer i.unit.suspects.Unlock()
	}
	opening.window, opening.err = i.call(ctx, opening, suspected)
}

// call opens the instance in a process. After a failure whose outcome is not known
// it is closed again, so that nothing is left.
func (i *Instance) call(ctx context.Context, opening *opening, suspected bool) (memory.Window, error) {
	generation := opening.generation
	if generation.dead() {
		return memory.Window{}, fault.New(fault.Unavailable, "%s: %w", i.Plugin(), errEnded)
	}
	response, err := i.ask(ctx, generation)
	if died := i.judge(generation, suspected, err); died {
		return memory.Window{}, endedInOpening(i.Plugin(), suspected, err)
	}
	if err == nil {
		i.unit.breakers.worked(i.key)
		return client.Window(response), nil
	}
	err = client.Error(err)
	if fault.Is(err, fault.Unavailable) || fault.Is(err, fault.Timeout) {
		i.unit.breakers.failed(i.key, opening.suspensions, err)
	}
	i.closeIn(context.WithoutCancel(ctx), generation)
	return memory.Window{}, openError(i.Plugin(), err)
}

// endedInOpening lets who needs the instance try once more if the process may have
// ended for any reason: then the configuration is a suspect, which opens alone.
func endedInOpening(plugin string, suspected bool, err error) error {
	if suspected {
		return fault.New(fault.Unavailable, "%s: its process ended once more while it opened this configuration: %w",
			plugin, client.Error(err))
	}
	return fault.New(fault.Unavailable, "%s: %w while it opened the instance", plugin, errEnded)
}

// ask calls Open.
func (i *Instance) ask(ctx context.Context, generation *generation) (*pluginv1.OpenResponse, error) {
	return generation.process.service().Open(ctx, &pluginv1.OpenRequest{
		Instance: i.id, Config: i.config, DataDir: i.unit.supervisor.settings.DataDir,
	})
}

func (i *Instance) suspected() bool {
	i.unit.mutex.Lock()
	defer i.unit.mutex.Unlock()
	return i.unit.quarantine.suspected(i.key)
}

// openError says which plugin it was, and keeps all else of the fault.
func openError(plugin string, err error) error {
	named := *fault.As(err)
	if !strings.HasPrefix(named.Message, plugin+": ") {
		named.Message = plugin + ": " + named.Message
	}
	return &named
}

// judge reports whether the process died of the opening, and remembers it.
func (i *Instance) judge(generation *generation, suspected bool, err error) bool {
	i.unit.mutex.Lock()
	defer i.unit.mutex.Unlock()
	if err != nil && generation.dead() {
		// That a developer ends a process says nothing of the configuration.
		if !generation.attached() {
			i.unit.quarantine.blame(i.key, suspected, time.Now())
		}
		return true
	}
	i.unit.quarantine.clear(i.key)
	return false
}
