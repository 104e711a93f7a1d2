package handshake

import (
	"fmt"
	"path/filepath"
	"strings"
)

// Attachment names a plugin's process that was not started by a host, and where
// it listens. Its text is the line that a plugin prints when it is started with
// DebugFlag, and that a host is given to attach to it.
type Attachment struct {
	// Plugin is the full name, <kind>-<name>.
	Plugin string
	// Socket is the absolute path of a Unix socket in a private folder.
	Socket string
}

const (
	// DebugFlag makes a plugin serve hosts that attach to it.
	DebugFlag = "--debug"
	// MaxSocketPath is how long, in bytes, the path of a socket may be on every
	// system that hosts run on: 104 in macOS and the BSDs, 108 in Linux, with a
	// zero.
	MaxSocketPath = 104 - 1

	unixScheme = "unix:"
)

// String is what ParseAttachment reads.
func (a Attachment) String() string { return a.Plugin + "=" + unixScheme + a.Socket }

// ParseAttachment reads the line of a plugin. That the name is a plugin's it does
// not check, nor that there is a socket.
func ParseAttachment(line string) (Attachment, error) {
	plugin, address, ok := strings.Cut(line, "=")
	if !ok || plugin == "" {
		return Attachment{}, fmt.Errorf("%q is not PLUGIN=unix:SOCKET, which a plugin prints when it is started with %s", line, DebugFlag)
	}
	socket, ok := strings.CutPrefix(address, unixScheme)
	if !ok || !filepath.IsAbs(socket) {
		return Attachment{}, fmt.Errorf("%q does not name a Unix socket by its absolute path, such as %s/folder/name", line, unixScheme)
	}
	return Attachment{Plugin: plugin, Socket: filepath.Clean(socket)}, nil
}

// CheckSocket reports why a socket at the path would not work, or would not be
// private.
func (a Attachment) CheckSocket() error {
	if len(a.Socket) > MaxSocketPath {
		return fmt.Errorf("socket %s: its path has %d bytes, and sockets allow %d", a.Socket, len(a.Socket), MaxSocketPath)
	}
	return CheckPrivate(filepath.Dir(a.Socket))
}
