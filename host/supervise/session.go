package supervise

import (
	"context"
	"errors"
	"sync"

	"google.golang.org/grpc"

	"github.com/bothost/bothost/sdk/fault"
	"github.com/bothost/bothost/sdk/memory"
)

// acquireAttempts is how many processes may die under one Acquire.
const acquireAttempts = 3

// Session is the use of an instance for one turn: it stays with one process, so
// that a turn is not spread over two. Its methods may be called concurrently.
type Session struct {
	instance *Instance
	opening  *opening
	// configuration is whose breaker calls go through; "": through none.
	configuration string
	released      sync.Once
}

// Acquire begins a session. If the plugin died it waits for the restart and for
// the instance to be open again: within ctx, and no longer than AcquireWait while
// the plugin backs off; then the error is a fault.Unavailable with RetryAfter.
func (i *Instance) Acquire(ctx context.Context) (*Session, error) { return i.AcquireFor(ctx, "") }

// AcquireFor is Acquire with a breaker, for calls that may fail for what is
// configured. The configuration stands for all of that: what the instance was
// opened with, and what travels with the calls. When too many of its calls in a
// row could not reach what they need, or were not answered in time, it is
// suspended: sessions and calls are refused with InstanceSuspended, a
// fault.Unavailable with RetryAfter, but for one at the end of each pause.
func (i *Instance) AcquireFor(ctx context.Context, configuration string) (*Session, error) {
	if err := i.unit.breakers.refuse(configuration); err != nil {
		return nil, err
	}
	for attempt := 1; ; attempt++ {
		session, err := i.acquire(ctx, configuration)
		if !errors.Is(err, errEnded) || attempt == acquireAttempts {
			return session, err
		}
	}
}

func (i *Instance) acquire(ctx context.Context, configuration string) (*Session, error) {
	generation, err := i.unit.generation(ctx, i.unit.supervisor.settings.AcquireWait)
	if err != nil {
		return nil, err
	}
	opening, err := i.openIn(ctx, generation)
	if err != nil {
		return nil, err
	}
	return i.enter(opening, configuration)
}

// enter pins the opening's generation, if it is the one in use.
func (i *Instance) enter(opening *opening, configuration string) (*Session, error) {
	i.unit.mutex.Lock()
	defer i.unit.mutex.Unlock()
	if i.unit.current != opening.generation || opening.generation.dead() {
		return nil, fault.New(fault.Unavailable, "%s: %w", i.Plugin(), errEnded)
	}
	if i.closed {
		return nil, errReleased(i.Plugin())
	}
	if !i.unit.supervisor.enter() {
		return nil, errShuttingDown(i.Plugin())
	}
	if opening.generation.attached() {
		// Who stands at a breakpoint is not failing.
		configuration = ""
	}
	i.sessions++
	opening.generation.sessions++
	return &Session{instance: i, opening: opening, configuration: configuration}, nil
}

// Conn is the connection to the process. It must not be used after Release. A
// call waits a little while the process has as many as it may; if that does not
// change it fails with PluginOverloaded, a fault.Unavailable with RetryAfter.
func (s *Session) Conn() grpc.ClientConnInterface { return (*guarded)(s) }

// Instance is the id to name in calls.
func (s *Session) Instance() string { return s.instance.id }

// Window is what a memory plugin needs to see of a conversation; of other kinds
// it is zero.
func (s *Session) Window() memory.Window { return s.opening.window }

// Done is closed when the process has ended, or is about to: no call of this
// session can succeed any more.
func (s *Session) Done() <-chan struct{} { return s.opening.generation.done() }

// Retired is closed when new sessions begin in another process, or none can: this
// one's process has been replaced, and waits for the session's end, or is Done.
func (s *Session) Retired() <-chan struct{} { return s.opening.generation.retired }

// Release ends the session. Only the first call counts.
func (s *Session) Release() {
	s.released.Do(func() {
		unit := s.instance.unit
		unit.mutex.Lock()
		defer unit.mutex.Unlock()
		s.opening.generation.leave()
		s.instance.sessions--
		s.instance.closeUnused()
		unit.supervisor.leave()
	})
}
