package supervise

import (
	"context"
	"slices"
	"time"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"github.com/bothost/bothost/sdk/client"
	"github.com/bothost/bothost/sdk/fault"
	"github.com/bothost/bothost/sdk/memory"
	pluginv1 "github.com/bothost/bothost/sdk/plugin/v1"
)

// Instance is a plugin opened with one configuration, shared by all who asked
// for it. It outlives the processes that it is opened in. Its methods may be
// called concurrently, until the caller has released it.
type Instance struct {
	unit   *unit
	id     string
	key    string
	config []byte

	// The rest is guarded by the unit's mutex.

	references int
	sessions   int
	closed     bool
	// opening is the latest one; it may be under way.
	opening *opening
}

// opening is the instance in one generation. The results are set before done is
// closed.
type opening struct {
	generation *generation
	done       chan struct{}
	window     memory.Window
	err        error
}

// Plugin is the full name of the instance's plugin.
func (i *Instance) Plugin() string { return i.unit.plugin }

// join finds or makes the instance of a key, and counts the caller.
func (u *unit) join(spec Spec) *Instance {
	u.mutex.Lock()
	defer u.mutex.Unlock()
	instance, ok := u.instances[spec.Key]
	if !ok {
		instance = &Instance{unit: u, id: newID(), key: spec.Key, config: slices.Clone(spec.Config)}
		u.instances[spec.Key] = instance
	}
	instance.references++
	return instance
}

// Release gives the instance back. It is closed in the plugin when all have
// released it and its last session has ended; Release does not wait for that. It
// must be called once for each Open.
func (i *Instance) Release() {
	i.unit.mutex.Lock()
	defer i.unit.mutex.Unlock()
	i.references--
	i.closeUnused()
}

// closeUnused is called with the unit's mutex held. A later Open of the same key
// makes another instance with another id, so this one's end cannot touch it.
func (i *Instance) closeUnused() {
	if i.references > 0 {
		return
	}
	if i.unit.instances[i.key] == i {
		delete(i.unit.instances, i.key)
	}
	if i.sessions > 0 || i.closed {
		return
	}
	i.closed = true
	if opening := i.opening; opening != nil && !i.unit.farewell(i, opening) {
		i.unit.unclosed = append(i.unit.unclosed, i)
	}
}

// farewell closes an instance in the background, unless a shutdown has begun:
// that waits for those that were begun before, and does the others itself.
// Called with the unit's mutex held, as is last, after which none is begun.
func (u *unit) farewell(instance *Instance, opening *opening) bool {
	if u.supervisor.background.Err() != nil {
		return false
	}
	u.farewells.Add(1)
	begun := u.supervisor.spawn(func() {
		defer u.farewells.Done()
		<-opening.done
		instance.closeIn(context.WithoutCancel(u.supervisor.background), opening.generation)
	})
	if !begun {
		u.farewells.Done()
	}
	return begun
}

// open makes sure that the instance is open in the generation in use.
func (i *Instance) open(ctx context.Context) (*opening, error) {
	generation, err := i.unit.generation(ctx, i.unit.supervisor.settings.AcquireWait)
	if err != nil {
		return nil, err
	}
	return i.openIn(ctx, generation)
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

// joinOpening finds the opening in the generation, unless it failed, or begins
// one.
func (i *Instance) joinOpening(generation *generation) (*opening, error) {
	i.unit.mutex.Lock()
	defer i.unit.mutex.Unlock()
	if known := i.opening; known != nil && known.generation == generation && !known.failed() {
		return known, nil
	}
	if wait := i.unit.quarantine.wait(i.key, time.Now()); wait > 0 {
		return nil, fault.New(fault.Unavailable, "%s: its process keeps ending while it opens this configuration", i.Plugin()).
			WithRetryAfter(wait)
	}
	opening := &opening{generation: generation, done: make(chan struct{})}
	if i.closed {
		return nil, errReleased(i.Plugin())
	}
	if !i.unit.supervisor.spawn(func() { i.perform(opening) }) {
		return nil, errShuttingDown(i.Plugin())
	}
	i.opening = opening
	return opening, nil
}

func errReleased(plugin string) error {
	return fault.New(fault.Internal, "%s: the instance is used after its release", plugin)
}

func (o *opening) failed() bool { return isClosed(o.done) && o.err != nil }

// perform opens the instance on the supervisor's time. After a failure whose
// outcome is not known it is closed again, so that nothing is left.
func (i *Instance) perform(opening *opening) {
	defer close(opening.done)
	s := i.unit.supervisor
	ctx, cancel := context.WithTimeout(s.background, s.settings.OpenTimeout)
	defer cancel()
	response, err := opening.generation.process.service().Open(ctx, &pluginv1.OpenRequest{
		Instance: i.id, Config: i.config, DataDir: s.settings.DataDir,
	})
	if died := i.judge(opening.generation, err); died {
		opening.err = fault.New(fault.Unavailable, "%s: its process ended while it opened the instance: %w", i.Plugin(), err)
		return
	}
	if err != nil {
		opening.err = openError(i.Plugin(), client.Error(err))
		i.closeIn(context.WithoutCancel(s.background), opening.generation)
		return
	}
	opening.window = memory.Window{
		MaxMessages: int(response.GetWindow().GetMaxMessages()),
		MaxBytes:    int64(min(response.GetWindow().GetMaxBytes(), 1<<62)),
	}
}

// openError says which plugin it was, and keeps all else of the fault.
func openError(plugin string, err error) error {
	named := *fault.As(err)
	named.Message = plugin + ": " + named.Message
	return &named
}

// judge reports whether the process died of the opening, and remembers it.
func (i *Instance) judge(generation *generation, err error) bool {
	if status.Code(err) == codes.Unavailable {
		// The end of a connection is often noticed before that of its process.
		select {
		case <-generation.done():
		case <-time.After(pipeLinger):
		}
	}
	i.unit.mutex.Lock()
	defer i.unit.mutex.Unlock()
	if err != nil && generation.dead() {
		i.unit.quarantine.blame(i.key, time.Now())
		return true
	}
	i.unit.quarantine.clear(i.key)
	return false
}

// closeIn tells a process that the instance is not needed. Nobody can do
// anything about a failure.
func (i *Instance) closeIn(ctx context.Context, generation *generation) {
	if generation.dead() {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, i.unit.supervisor.settings.CloseTimeout)
	defer cancel()
	_, err := generation.process.service().Close(ctx, &pluginv1.CloseRequest{Instance: i.id})
	if err != nil && ctx.Err() == nil && !generation.dead() {
		generation.process.logger.Warn("instance could not be closed", "error", err)
	}
}

// Check asks the plugin whether the instance can do its work now, with the
// per-call half of its configuration (a JSON object, or nil).
func (i *Instance) Check(ctx context.Context, options []byte) (summary string, err error) {
	ctx, cancel := context.WithTimeout(ctx, i.unit.supervisor.settings.CheckTimeout)
	defer cancel()
	session, err := i.Acquire(ctx)
	if err != nil {
		return "", err
	}
	defer session.Release()
	return client.Instance{Conn: session.Conn(), ID: session.Instance()}.Check(ctx, options)
}
