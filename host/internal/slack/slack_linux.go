package slack

import (
	"os"
	"runtime"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

// amount is how late timers may fire. At 1 ms a turn costs a tenth more, and at 20
// the threads that wait for a disk are missed.
const amount = 5 * time.Millisecond

// Give calls start on a thread with slack; the process that it starts inherits
// it. Where the kernel refuses, start is called all the same.
func Give(start func() error) error {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	before, err := take()
	if err != nil {
		return start()
	}
	defer func() { _ = unix.Prctl(unix.PR_SET_TIMERSLACK, uintptr(before), 0, 0, 0) }()
	return start()
}

// Take runs this program anew, in the same process and with the same arguments,
// unless it has slack already: the thread that it is for is there before main.
// It returns if there is nothing to do, or nothing that the kernel allows.
func Take() {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	before, err := take()
	if err != nil || before >= int(amount) {
		return
	}
	// By its path, so that it keeps its name in the list of processes.
	if path, err := os.Executable(); err == nil {
		_ = syscall.Exec(path, os.Args, os.Environ())
	}
}

// take gives this thread slack, and tells what it had.
func take() (before int, err error) {
	if before, err = unix.PrctlRetInt(unix.PR_GET_TIMERSLACK, 0, 0, 0, 0); err != nil {
		return 0, err
	}
	return before, unix.Prctl(unix.PR_SET_TIMERSLACK, uintptr(amount), 0, 0, 0)
}
