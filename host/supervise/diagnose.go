package supervise

import (
	"errors"
	"fmt"
	"os/exec"
	"syscall"
)

// diagnose finds the cause of a failed handshake, of which cause is what
// go-plugin noticed. The process has ended, or never started.
func (r *processRunner) diagnose(cause error) error {
	r.mutex.Lock()
	defer r.mutex.Unlock()
	switch {
	case r.foreign != nil:
		return r.foreign
	case r.noise != "":
		return fmt.Errorf("it printed %s on standard output, where only the handshake may stand",
			printable(r.noise[:min(len(r.noise), keptLength)]))
	case r.reaped && !wasKilled(r.exit):
		return fmt.Errorf("it ended before it was ready (%s)", exitText(r.exit))
	case errors.Is(cause, syscall.EACCES):
		return fmt.Errorf("%w (is its file system mounted noexec?)", cause)
	case errors.Is(cause, syscall.ENOEXEC):
		return fmt.Errorf("%w (it is not a program for this system)", cause)
	}
	return cause
}

// wasKilled tells an end by SIGKILL, as the host itself brings about, from all
// others.
func wasKilled(exit error) bool {
	failure, ok := errors.AsType[*exec.ExitError](exit)
	if !ok {
		return false
	}
	status, ok := failure.Sys().(syscall.WaitStatus)
	return ok && status.Signaled() && status.Signal() == syscall.SIGKILL
}

// exitText is how a process ended.
func exitText(err error) string {
	if err == nil {
		return "exit status 0"
	}
	return err.Error()
}
