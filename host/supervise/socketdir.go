package supervise

import (
	"fmt"

	"github.com/bothost/bothost/sdk/plugin/handshake"
)

const (
	// socketNameLength is what go-plugin appends to the folder: one folder a
	// process, "/plugin-dir" and up to 10 digits, and in it "/plugin" with as
	// many.
	socketNameLength = len("/plugin-dir") + 10 + len("/plugin") + 10
	// MaxSocketDir is how long, in bytes, the path of a SocketDir may be.
	MaxSocketDir = handshake.MaxSocketPath - socketNameLength
)

// CheckSocketDir reports why sockets could not be made in the folder, or would
// not be private there. Without it the same mistakes would show as plugins that
// do not answer.
func CheckSocketDir(dir string) error {
	if len(dir) > MaxSocketDir {
		return fmt.Errorf("socket folder %s: its path has %d bytes, and sockets allow %d: choose a shorter data_dir",
			dir, len(dir), MaxSocketDir)
	}
	return handshake.CheckPrivate(dir)
}
