package rundir

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"syscall"

	"github.com/hashicorp/go-hclog"
)

// lock makes a file and waits for its lock, which is held until the file is
// closed, by this process alone: children do not inherit it.
func lock(path string) (*os.File, error) {
	file, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, fmt.Errorf("lock: %w", err)
	}
	if err := flock(file, syscall.LOCK_EX); err != nil {
		_ = file.Close()
		return nil, fmt.Errorf("lock %s: %w", path, err)
	}
	return file, nil
}

// flock begins again when a signal interrupts it.
func flock(file *os.File, how int) error {
	for {
		if err := syscall.Flock(int(file.Fd()), how); !errors.Is(err, syscall.EINTR) {
			return err
		}
	}
}

// sweep removes the folders whose hosts are gone.
func sweep(base string, logger hclog.Logger) {
	entries, err := os.ReadDir(base)
	if err != nil {
		logger.Warn("folders of earlier runs cannot be listed", "error", err)
		return
	}
	for _, entry := range entries {
		path := filepath.Join(base, entry.Name())
		if !entry.IsDir() || inUse(path) {
			continue
		}
		if err := remove(path); err != nil {
			logger.Warn("folder of an earlier run is left", "error", err)
		}
	}
}

// inUse reports whether a living host holds the folder's lock. In doubt it does.
func inUse(path string) bool {
	file, err := os.OpenFile(filepath.Join(path, lockName), os.O_RDWR, 0)
	if err != nil {
		return !errors.Is(err, os.ErrNotExist)
	}
	defer func() { _ = file.Close() }()
	return flock(file, syscall.LOCK_EX|syscall.LOCK_NB) != nil
}
