package supervise

import (
	"github.com/bothost/bothost/sdk/client"
	"github.com/bothost/bothost/sdk/fault"
	"github.com/bothost/bothost/sdk/plugin/handshake"
)

// ProcessGone is the reason of what fails because the process has ended, and
// has not been started again, that the host was attached to.
const ProcessGone = "attached_process_gone"

// errGone is the error of all who need a process that is not there.
func errGone(binary Binary, cause error) error {
	return fault.New(fault.Unavailable, "%s: the attached process is gone: %w", binary.Plugin, cause).
		WithReason(ProcessGone).WithRemedy("start it: %s %s", binary.Plugin, handshake.DebugFlag)
}

// errAttach is the error of what else keeps a process from being attached to.
func errAttach(binary Binary, cause error) error {
	code := fault.Unavailable
	if fault.Is(cause, fault.Canceled) {
		code = fault.Canceled
	}
	return fault.New(code, "%s: cannot be attached to: %w", binary.Plugin, cause)
}

// errCall is the error of a call by which a process was to be attached to. It may
// have ended just now.
func errCall(binary Binary, err error) error {
	if isBroken(err) {
		return errGone(binary, client.Error(err))
	}
	return errAttach(binary, client.Error(err))
}

// gone records that the process that the unit was attached to has ended, or is
// not there yet. It is nobody's crash: whoever debugs it starts it again when they
// like, and until then it is looked for whenever it is needed, and from time to
// time. Called with the mutex held.
func (u *unit) gone(err error) {
	if !u.away {
		// The next one may be mended.
		u.breakers.forgetAll()
		u.supervisor.settings.Launcher.Logger.Warn("attached plugin is gone", "plugin", u.plugin, "error", err)
	}
	u.away, u.lastError = true, err
}
