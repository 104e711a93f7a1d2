package supervise

import (
	"runtime"
	"time"

	"golang.org/x/sys/unix"
)

// timerSlack is how late a plugin's timers may fire.
//
// Go's runtime has a thread that looks after the others, every 20 microseconds
// while the process is busy; with the kernel's usual slack of 50 that is more
// than ten thousand wake-ups a second in each plugin, for which a turn of a
// millisecond has no use.
const timerSlack = time.Millisecond

// withSlack calls start on a thread with that slack, which the process that it
// starts inherits (prctl(2), PR_SET_TIMERSLACK). Where the kernel refuses,
// nothing is lost but time.
func withSlack(start func() error) error {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	before, err := unix.PrctlRetInt(unix.PR_GET_TIMERSLACK, 0, 0, 0, 0)
	if err != nil || unix.Prctl(unix.PR_SET_TIMERSLACK, uintptr(timerSlack), 0, 0, 0) != nil {
		return start()
	}
	defer func() { _ = unix.Prctl(unix.PR_SET_TIMERSLACK, uintptr(before), 0, 0, 0) }()
	return start()
}
