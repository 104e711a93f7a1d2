package sqlite

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/bothost/bothost/sdk/fault"
)

// prepareFile makes sure that there is a file that only its owner can read, and
// that it is a local one. It never opens a file that is there: closing it again
// would drop the locks that this process holds on it.
func prepareFile(path string) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return unusable(path, err)
	}
	if name := networkFileSystem(filepath.Dir(path)); name != "" {
		return fault.New(fault.Invalid, "store-sqlite: %s is on a network file system (%s), whose locks cannot be trusted", path, name).
			WithRemedy("choose a path on a local disk, or use store-postgres")
	}
	file, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE|os.O_EXCL, 0o600)
	if errors.Is(err, fs.ErrExist) {
		return nil
	}
	if err != nil {
		return unusable(path, err)
	}
	return file.Close()
}

func unusable(path string, err error) error {
	return fault.New(fault.Unavailable, "store-sqlite: create the database %s: %w", path, err).
		WithRemedy("make %s a folder that the host's user can write to", filepath.Dir(path))
}
