package rundir

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// outsidePrefix marks the folders that are outside of the data directory.
const outsidePrefix = "bothost-"

// makeSockets makes the folder for sockets in that of the run, or, if the path is
// too long, elsewhere, with a link that says where.
func makeSockets(path string, limit int) (string, error) {
	inside := filepath.Join(path, socketsName)
	if len(inside) <= limit {
		if err := os.Mkdir(inside, 0o700); err != nil {
			return "", fmt.Errorf("make the folder of sockets: %w", err)
		}
		return inside, nil
	}
	outside, err := os.MkdirTemp("", outsidePrefix)
	if err != nil {
		return "", fmt.Errorf("make the folder of sockets: %w", err)
	}
	if err := os.Symlink(outside, inside); err != nil {
		return "", errors.Join(fmt.Errorf("note the folder of sockets: %w", err), os.Remove(outside))
	}
	if len(outside) > limit {
		return "", fmt.Errorf("neither %s nor %s is short enough for sockets (%d bytes): choose a shorter data_dir",
			inside, outside, limit)
	}
	return outside, nil
}

// remove removes the folder of a run, and that of its sockets wherever it is.
func remove(path string) error {
	outside, err := os.Readlink(filepath.Join(path, socketsName))
	if err == nil && strings.HasPrefix(filepath.Base(outside), outsidePrefix) {
		err = os.RemoveAll(outside)
	} else {
		err = nil
	}
	return errors.Join(err, os.RemoveAll(path))
}
