package sqlite

import (
	"context"
	"database/sql"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"path"

	"github.com/bothost/bothost/sdk/fault"
)

// migrations holds the steps of the schema; the n-th file leads to version n.
// They only ever add, so that older versions of the store can go on beside a
// newer one; where one cannot, the step raises oldest_reader.
//
//go:embed migrations/*.sql
var migrations embed.FS

// applicationID marks the file as one of this store, in SQLite's header.
const applicationID = 0x626f7468

// migrate brings the schema up to date, or refuses to touch the file.
func (w *writer) migrate(ctx context.Context, file string) error {
	steps, err := fs.Glob(migrations, "migrations/*.sql")
	if err != nil {
		return fmt.Errorf("list the migrations: %w", err)
	}
	return w.do(ctx, flushed, func(tx *transaction) error {
		version, err := schemaVersion(tx, file, len(steps))
		if err != nil || version >= len(steps) {
			return err
		}
		for _, step := range steps[version:] {
			if err := tx.migrate(step); err != nil {
				return fmt.Errorf("migrate the schema with %s: %w", path.Base(step), err)
			}
		}
		return nil
	})
}

func (t *transaction) migrate(step string) error {
	script, err := migrations.ReadFile(step)
	if err != nil {
		return err
	}
	_, err = t.session.connection.ExecContext(t.ctx, string(script))
	return err
}

// schemaVersion finds out the version of the file's schema; 0: it is empty, and
// is marked as this store's. It refuses a file that it cannot work with.
func schemaVersion(tx *transaction, file string, latest int) (int, error) {
	var id, tables int
	err := errors.Join(
		tx.scan("PRAGMA application_id", nil, &id),
		tx.scan("SELECT count(*) FROM sqlite_schema", nil, &tables),
	)
	if err != nil {
		return 0, fmt.Errorf("look at the schema: %w", err)
	}
	if tables == 0 {
		_, err := tx.session.connection.ExecContext(tx.ctx, fmt.Sprintf("PRAGMA application_id = %d", applicationID))
		return 0, err
	}
	if id != applicationID {
		return 0, fault.New(fault.Invalid, "store-sqlite: %s is the database of another program", file).
			WithRemedy("choose another path")
	}
	var version, oldestReader int
	err = tx.scan("SELECT version, oldest_reader FROM schema_version", nil, &version, &oldestReader)
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return 0, fmt.Errorf("read the schema's version: %w", err)
	}
	if oldestReader > latest {
		return 0, fault.New(fault.Unavailable,
			"store-sqlite: %s has schema version %d, which needs a store-sqlite that knows version %d; this one knows version %d",
			file, version, oldestReader, latest).WithRemedy("run the newer store-sqlite again, or restore a backup")
	}
	return version, nil
}
