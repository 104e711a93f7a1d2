package supervise

import (
	"fmt"
	"time"

	"github.com/bothost/bothost/sdk/fault"
)

// crashed records an unexpected end, and when the next start may be.
func (u *unit) crashed(binary Binary, err error) {
	u.mutex.Lock()
	defer u.mutex.Unlock()
	if binary.Socket != "" {
		u.gone(err)
		return
	}
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
