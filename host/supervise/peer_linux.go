package supervise

import (
	"errors"
	"net"
	"syscall"
)

// peer asks the system whose process has opened the other end of a connection.
func peer(wire *net.UnixConn) (pid, uid int, err error) {
	raw, err := wire.SyscallConn()
	if err != nil {
		return 0, 0, err
	}
	var credentials *syscall.Ucred
	var failed error
	err = raw.Control(func(descriptor uintptr) {
		//nolint:gosec // a file descriptor fits an int
		credentials, failed = syscall.GetsockoptUcred(int(descriptor), syscall.SOL_SOCKET, syscall.SO_PEERCRED)
	})
	if err := errors.Join(err, failed); err != nil {
		return 0, 0, err
	}
	return int(credentials.Pid), int(credentials.Uid), nil
}
