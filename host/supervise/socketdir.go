package supervise

import (
	"fmt"
	"os"
	"syscall"
)

const (
	// socketNameLength is what go-plugin appends to the folder: one folder a
	// process, "/plugin-dir" and up to 10 digits, and in it "/plugin" with as
	// many.
	socketNameLength = len("/plugin-dir") + 10 + len("/plugin") + 10
	// socketPathLimit is what fits a socket address in every system that the
	// host runs on: 104 bytes in macOS and the BSDs, 108 in Linux, with a zero.
	socketPathLimit = 104 - 1
	// MaxSocketDir is how long, in bytes, the path of a SocketDir may be.
	MaxSocketDir = socketPathLimit - socketNameLength
)

// CheckSocketDir reports why sockets could not be made in the folder, or would
// not be private there. Without it the same mistakes would show as plugins that
// do not answer.
func CheckSocketDir(dir string) error {
	if len(dir) > MaxSocketDir {
		return fmt.Errorf("socket folder %s: its path has %d bytes, and sockets allow %d: choose a shorter data_dir",
			dir, len(dir), MaxSocketDir)
	}
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
