package supervise

import (
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/hashicorp/go-hclog"

	"github.com/bothost/bothost/sdk/fault"
)

const (
	// failuresInARow suspend a configuration.
	failuresInARow = 5
	// failureMemory is how long a failure counts, and a suspension that nobody
	// asks for is remembered.
	failureMemory = 5 * time.Minute

	maxSuspension = time.Minute
	// maxStoreSuspension is for stores: all tenants wait for one that comes back.
	maxStoreSuspension = 5 * time.Second
)

// InstanceSuspended is the reason of a call that was not made because those
// before it have failed.
const InstanceSuspended = "instance_suspended"

// breakers keep configurations that fail from costing the others anything, and
// the servers that they name from being asked without end. After some failures in
// a row a configuration is suspended: what is asked of it fails at once, but for
// one attempt at the end of each pause. The pauses grow until one succeeds.
//
// Only configurations that have failed lately are known. Methods may be called
// concurrently; while nothing fails they cost one look at an atomic.
type breakers struct {
	plugin string
	logger hclog.Logger
	// first and longest bound the pauses.
	first, longest time.Duration

	known   atomic.Int32
	mutex   sync.Mutex
	failing map[string]*failing
}

// failing is a configuration whose last attempts have failed.
type failing struct {
	failures int
	last     time.Time
	cause    error
	// suspensions counts the attempts that failed since it was suspended, and the
	// suspension; 0: it is not.
	suspensions int
	// until is when it may be tried next.
	until time.Time
}

func newBreakers(plugin string, first time.Duration, logger hclog.Logger) *breakers {
	b := &breakers{plugin: plugin, logger: logger, first: first, longest: maxSuspension, failing: map[string]*failing{}}
	if strings.HasPrefix(plugin, "store-") {
		b.longest = maxStoreSuspension
	}
	return b
}

// refuse says why a configuration may not be tried now; nil if it may.
func (b *breakers) refuse(configuration string) error {
	if b.known.Load() == 0 {
		return nil
	}
	b.mutex.Lock()
	defer b.mutex.Unlock()
	_, err := b.look(configuration, time.Now())
	return err
}

// admit is refuse for who is going to try. What comes of it is to be told to
// worked or failed, with the number that admit gave; telling nothing is harmless.
func (b *breakers) admit(configuration string) (suspensions int, err error) {
	if b.known.Load() == 0 {
		return 0, nil
	}
	b.mutex.Lock()
	defer b.mutex.Unlock()
	now := time.Now()
	f, err := b.look(configuration, now)
	if f == nil || err != nil {
		return 0, err
	}
	// This is the attempt. Others wait until it has shown something, or for one
	// more pause if it never does.
	f.until = now.Add(growing(b.first, b.longest, f.suspensions))
	return f.suspensions, nil
}

// look finds a configuration that is suspended, with an error as long as it may
// not be tried. Called with the mutex held.
func (b *breakers) look(configuration string, now time.Time) (*failing, error) {
	f := b.failing[configuration]
	if f == nil || f.suspensions == 0 || f.forgotten(now) {
		return nil, nil
	}
	wait := f.until.Sub(now)
	if wait <= 0 {
		return f, nil
	}
	return f, fault.New(fault.Unavailable, "%s: not tried again for %s, after %d failures in a row, the last: %s",
		b.plugin, wait.Round(time.Millisecond), f.failures, strings.TrimPrefix(f.cause.Error(), b.plugin+": ")).
		WithReason(InstanceSuspended).WithRetryAfter(wait)
}

// worked ends the suspension of a configuration and forgets its failures.
func (b *breakers) worked(configuration string) {
	if b.known.Load() == 0 {
		return
	}
	b.mutex.Lock()
	defer b.mutex.Unlock()
	f := b.failing[configuration]
	if f == nil {
		return
	}
	if f.suspensions > 0 {
		b.logger.Info("configuration works again", "plugin", b.plugin, "configuration", shortKey(configuration), "failures", f.failures)
	}
	b.forget(configuration)
}

// failed records a failure. One of an attempt from before the suspension is no
// news.
func (b *breakers) failed(configuration string, suspensions int, cause error) {
	b.mutex.Lock()
	defer b.mutex.Unlock()
	now := time.Now()
	f := b.failing[configuration]
	switch {
	case f == nil || f.forgotten(now):
		f = b.remember(configuration, now)
	case f.suspensions != suspensions:
		return
	}
	f.failures++
	f.last, f.cause = now, cause
	if f.failures < failuresInARow {
		return
	}
	f.suspensions++
	pause := growing(b.first, b.longest, f.suspensions)
	f.until = now.Add(pause)
	if f.suspensions == 1 {
		b.logger.Warn("configuration suspended", "plugin", b.plugin, "configuration", shortKey(configuration),
			"failures", f.failures, "pause", pause.Round(time.Millisecond), "error", cause)
	}
}

// suspended counts the configurations that are.
func (b *breakers) suspended() int {
	b.mutex.Lock()
	defer b.mutex.Unlock()
	count, now := 0, time.Now()
	for _, f := range b.failing {
		if f.suspensions > 0 && !f.forgotten(now) {
			count++
		}
	}
	return count
}

// remember begins the record of a configuration, and ends those that nobody has
// asked for. Called with the mutex held, like forget.
func (b *breakers) remember(configuration string, now time.Time) *failing {
	for known, f := range b.failing {
		if f.forgotten(now) {
			b.forget(known)
		}
	}
	f := &failing{}
	b.failing[configuration] = f
	b.known.Store(int32(len(b.failing)))
	return f
}

func (b *breakers) forget(configuration string) {
	delete(b.failing, configuration)
	b.known.Store(int32(len(b.failing)))
}

// forgetAll is for a program that has ended, and another one that comes.
func (b *breakers) forgetAll() {
	b.mutex.Lock()
	defer b.mutex.Unlock()
	clear(b.failing)
	b.known.Store(0)
}

// forgotten: the failures do not count any more.
func (f *failing) forgotten(now time.Time) bool { return now.Sub(f.last) > failureMemory }

// shortKey is enough of a configuration's key to tell it from others in a log.
func shortKey(configuration string) string {
	return fmt.Sprintf("%.12s", configuration)
}
