package catalog

import (
	"errors"
	"os"
	"time"

	"golang.org/x/sys/unix"
)

const (
	// writerLooks is how often a writer has to be seen, writerPause apart. One that
	// is gone at once is none: for a moment, until it runs its own program, a new
	// process has open what its parent had.
	writerLooks = 5
	writerPause = 20 * time.Millisecond
)

// beingWritten reports whether a process has the file open for writing. Where that
// cannot be found out it reports false, and only the file's stamp tells.
func beingWritten(file *os.File) bool {
	for look := range writerLooks {
		if look > 0 {
			time.Sleep(writerPause)
		}
		if !hasWriter(file) {
			return false
		}
	}
	return true
}

// hasWriter asks for a read lease, which the system refuses while there is a
// writer. Some file systems have no leases, and nobody for another user's files.
func hasWriter(file *os.File) bool {
	_, err := unix.FcntlInt(file.Fd(), unix.F_SETLEASE, unix.F_RDLCK)
	if err == nil {
		_, err = unix.FcntlInt(file.Fd(), unix.F_SETLEASE, unix.F_UNLCK)
	}
	return errors.Is(err, unix.EAGAIN)
}
