package sqlite

import (
	"context"
	"errors"
	"fmt"
	"os"

	"github.com/bothost/bothost/plugins/store-sqlite/internal/engine"
	"github.com/bothost/bothost/sdk/fault"
)

// Backup copies the database of a store into a new file, which a store can be
// opened on. Stores may be using the database meanwhile: the copy is its state of
// one moment after the call has begun, and holds every turn that was committed
// before.
func Backup(ctx context.Context, from, to string) error {
	s := &Store{path: from}
	return s.fault("back up", s.copyTo(ctx, to))
}

func (s *Store) copyTo(ctx context.Context, to string) (err error) {
	if _, err := os.Stat(s.path); err != nil {
		return fault.New(fault.NotFound, "store-sqlite: back up: %w", err)
	}
	c, err := engine.Open(s.path)
	if err != nil {
		return fmt.Errorf("connect: %w", err)
	}
	defer func() { err = errors.Join(err, c.Close()) }()
	if _, err := schemaVersion(c, s.path); err != nil {
		return err
	}
	// Nobody else may read the copy either, and no file is overwritten.
	file, err := os.OpenFile(to, os.O_RDWR|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return fault.New(fault.Invalid, "store-sqlite: make the copy: %w", err).WithRemedy("name a file that does not exist yet")
	}
	err = patiently(ctx, func() error {
		_, err := c.Exec("VACUUM INTO ?1", to)
		return err
	})
	err = errors.Join(err, file.Sync(), file.Close())
	if err != nil {
		err = errors.Join(err, os.Remove(to))
	}
	return err
}
