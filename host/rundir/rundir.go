// Package rundir gives each run of a host private folders for what must not
// outlive it: the copies of plugins that it runs, and their sockets.
//
// They are in run/<id> under the data directory, with a lock that the host holds
// as long as it lives. The system lets go of the lock however the host ends, so
// the next host can tell the folders that are left over, and removes them. All
// folders have mode 0700.
package rundir

import (
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/hashicorp/go-hclog"
)

const (
	runName     = "run"
	lockName    = "lock"
	copiesName  = "plugins"
	socketsName = "s"
)

// Dir is the private folder of one run. It must be closed.
type Dir struct {
	path    string
	sockets string
	lock    *os.File
}

// Create makes the folder of this run in the data directory, which is made too
// if it is not there, and removes those of runs that are over; one that cannot be
// removed is only logged. Sockets need a short path: if that under the data
// directory has more than maxSockets bytes, they get a folder in the system's
// temporary folder.
func Create(dataDir string, maxSockets int, logger hclog.Logger) (*Dir, error) {
	base, err := filepath.Abs(filepath.Join(dataDir, runName))
	if err != nil {
		return nil, fmt.Errorf("find the data directory: %w", err)
	}
	if err := os.MkdirAll(base, 0o700); err != nil {
		return nil, fmt.Errorf("make the folder of runs: %w", err)
	}
	// Making and sweeping exclude each other: a folder without a held lock is
	// then always one that is left over.
	gate, err := lock(filepath.Join(base, lockName))
	if err != nil {
		return nil, err
	}
	defer func() { _ = gate.Close() }()
	sweep(base, logger)
	return create(base, maxSockets)
}

func create(base string, maxSockets int) (*Dir, error) {
	id := make([]byte, 5)
	// It never fails: see crypto/rand.
	_, _ = rand.Read(id)
	dir := &Dir{path: filepath.Join(base, hex.EncodeToString(id))}
	if err := dir.fill(maxSockets); err != nil {
		return nil, errors.Join(err, dir.Close())
	}
	return dir, nil
}

func (d *Dir) fill(maxSockets int) (err error) {
	for _, path := range []string{d.path, d.Copies()} {
		if err := os.Mkdir(path, 0o700); err != nil {
			return fmt.Errorf("make the folder of this run: %w", err)
		}
	}
	if d.lock, err = lock(filepath.Join(d.path, lockName)); err != nil {
		return err
	}
	d.sockets, err = makeSockets(d.path, maxSockets)
	return err
}

// Copies is the folder for the copies of plugins.
func (d *Dir) Copies() string { return filepath.Join(d.path, copiesName) }

// Sockets is the folder for sockets.
func (d *Dir) Sockets() string { return d.sockets }

// Close removes the folder with all that is in it. No plugin may be running.
func (d *Dir) Close() error {
	err := remove(d.path)
	if d.lock != nil {
		_ = d.lock.Close()
	}
	return err
}
