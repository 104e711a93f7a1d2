//go:build !linux

package supervise

import (
	"net"
	"os"
)

// peer trusts the socket's folder, in which only this user can make anything.
func peer(*net.UnixConn) (pid, uid int, err error) { return 0, os.Geteuid(), nil }
