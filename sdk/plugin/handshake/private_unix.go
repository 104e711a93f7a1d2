//go:build unix

package handshake

import (
	"fmt"
	"os"
	"syscall"
)

// CheckPrivate reports why a folder is not this user's alone. Sockets have no
// other protection than that of the folder that they are in.
func CheckPrivate(dir string) error {
	info, err := os.Lstat(dir)
	if err != nil {
		return fmt.Errorf("socket folder: %w", err)
	}
	if !info.IsDir() || info.Mode().Perm() != 0o700 {
		return fmt.Errorf("socket folder %s: it must be a folder of mode 0700, and is %s", dir, info.Mode())
	}
	if owner, ok := info.Sys().(*syscall.Stat_t); ok && int(owner.Uid) != os.Geteuid() {
		return fmt.Errorf("socket folder %s: it belongs to user %d", dir, owner.Uid)
	}
	return nil
}
