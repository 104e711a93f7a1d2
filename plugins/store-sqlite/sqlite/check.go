package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
)

// Check implements store.Checker: it writes what is there already, which shows
// that the file can be locked, written and flushed.
func (s *Store) Check(ctx context.Context) (string, error) {
	err := s.write(ctx, "check", func(tx *transaction) error {
		_, err := tx.exec(`UPDATE registry SET revision = revision`)
		return err
	})
	if err != nil {
		return "", err
	}
	var library string
	var version int
	err = s.read("check", func(db *sql.DB) error {
		return errors.Join(
			db.QueryRowContext(ctx, `SELECT sqlite_version()`).Scan(&library),
			db.QueryRowContext(ctx, `SELECT version FROM schema_version`).Scan(&version))
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
