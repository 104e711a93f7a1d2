package catalog

import (
	"errors"
	"os"

	"golang.org/x/sys/unix"
)

// beingWritten reports whether a process has the file open for writing: the
// system then refuses a read lease. Where there are no leases (some file systems,
// files of another user) it reports false, and only the file's stamp tells.
func beingWritten(file *os.File) bool {
	_, err := unix.FcntlInt(file.Fd(), unix.F_SETLEASE, unix.F_RDLCK)
	if err == nil {
		_, err = unix.FcntlInt(file.Fd(), unix.F_SETLEASE, unix.F_UNLCK)
	}
	return errors.Is(err, unix.EAGAIN)
}
