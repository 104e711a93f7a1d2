package supervise

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"maps"
	"slices"
	"strings"
	"sync"

	"github.com/bothost/bothost/sdk/fault"
)

// Supervisor runs plugins. Its methods may be called concurrently. It must be
// shut down.
type Supervisor struct {
	settings Settings

	// background ends when the shutdown begins: what is being started or opened
	// then is given up.
	background context.Context //nolint:containedctx // the life of the goroutines it owns
	giveUp     context.CancelFunc
	// abandoned is closed when the shutdown waits for sessions no longer.
	abandoned chan struct{}
	shutdown  sync.Once

	mutex    sync.Mutex
	units    map[string]*unit
	closing  bool
	routines sync.WaitGroup
	// sessions counts those that have not been released, of all plugins.
	sessions int
	// drained is closed when closing and sessions is 0.
	drained chan struct{}
}

// New makes a supervisor. Nothing is started before the first Open.
func New(settings Settings) *Supervisor {
	background, giveUp := context.WithCancel(context.Background())
	return &Supervisor{
		settings:   settings.withDefaults(),
		background: background, giveUp: giveUp,
		abandoned: make(chan struct{}),
		drained:   make(chan struct{}),
		units:     map[string]*unit{},
	}
}

// Spec says which instance is wanted.
type Spec struct {
	Plugin string
	// Config is a JSON object with its secrets resolved. It is not logged.
	Config []byte
	// Key stands for the configuration: specs of a plugin with equal keys share
	// one instance.
	Key string
}

// Open returns the instance that the spec names, opened now if it is not yet.
// However many ask at once, it is opened once; a caller whose ctx ends leaves
// without disturbing the others. It fails with the plugin's own fault if the
// plugin refuses the configuration, and a failed Open leaves nothing behind. The
// caller must release the instance.
func (s *Supervisor) Open(ctx context.Context, spec Spec) (*Instance, error) {
	unit, err := s.unit(spec.Plugin)
	if err != nil {
		return nil, err
	}
	instance := unit.join(spec)
	session, err := instance.Acquire(ctx)
	if err != nil {
		instance.Release() //nolint:contextcheck // closing an instance does not depend on who was the last
		return nil, err
	}
	session.Release() //nolint:contextcheck // closing an instance does not depend on who was the last
	return instance, nil
}

// unit finds or makes the unit of a plugin.
func (s *Supervisor) unit(plugin string) (*unit, error) {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	if s.closing {
		return nil, errShuttingDown(plugin)
	}
	known, ok := s.units[plugin]
	if !ok {
		known = &unit{
			supervisor: s, plugin: plugin, instances: map[string]*Instance{},
			breakers: newBreakers(plugin, s.settings.Suspension, s.settings.Launcher.Logger),
		}
		s.units[plugin] = known
	}
	return known, nil
}

// all returns the units by name.
func (s *Supervisor) all() []*unit {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	return slices.SortedFunc(maps.Values(s.units), func(a, b *unit) int { return strings.Compare(a.plugin, b.plugin) })
}

// spawn runs a goroutine that Shutdown waits for, and reports whether it does:
// during a shutdown nothing new is begun.
func (s *Supervisor) spawn(routine func()) bool {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	if s.closing {
		return false
	}
	s.routines.Go(routine)
	return true
}

// enter counts a session, unless the supervisor is closing.
func (s *Supervisor) enter() bool {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	if !s.closing {
		s.sessions++
	}
	return !s.closing
}

func (s *Supervisor) leave() {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	if s.sessions--; s.closing && s.sessions == 0 {
		close(s.drained)
	}
}

// ShuttingDown is the reason of what is refused because the host is about to end:
// it will not be different later.
const ShuttingDown = "shutting_down"

func errShuttingDown(plugin string) error {
	return fault.New(fault.Unavailable, "%s: the host is shutting down", plugin).WithReason(ShuttingDown)
}

// newID makes an instance's id: random, so that it never means another one.
func newID() string {
	id := make([]byte, 16)
	// It never fails: see crypto/rand.
	_, _ = rand.Read(id)
	return hex.EncodeToString(id)
}
