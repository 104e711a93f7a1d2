package sqlite

import (
	"context"
	"errors"
	"fmt"
	"os"

	"github.com/bothost/bothost/plugins/store-sqlite/internal/engine"
)

// Check implements store.Checker: it writes the lease of nobody and removes it
// again, which shows that the file can be locked, written and flushed. A row that
// is set to what it is would not be written at all.
func (s *Store) Check(ctx context.Context) (string, error) {
	err := s.write(ctx, "check", func(tx *transaction) error {
		_, insertErr := tx.Exec(`INSERT INTO holders (holder, expires_at) VALUES ('', 0)`)
		_, deleteErr := tx.Exec(`DELETE FROM holders WHERE holder = ''`)
		return errors.Join(insertErr, deleteErr)
	})
	if err != nil {
		return "", err
	}
	var library string
	var version int64
	err = s.read(ctx, "check", func(c *engine.Connection) error {
		_, libraryErr := c.First(func(row engine.Row) { library = row.Text(0) }, `SELECT sqlite_version()`)
		_, versionErr := c.First(func(row engine.Row) { version = row.Int(0) }, selectVersion)
		return errors.Join(libraryErr, versionErr)
	})
	if err != nil {
		return "", err
	}
	info, err := os.Stat(s.path)
	if err != nil {
		return "", fmt.Errorf("store-sqlite: check: %w", err)
	}
	return fmt.Sprintf("%s, %d KiB, schema version %d, SQLite %s", s.path, info.Size()/1024, version, library), nil
}
