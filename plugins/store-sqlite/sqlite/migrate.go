package sqlite

import (
	"context"
	"embed"
	"fmt"
	"io/fs"
	"path"

	"github.com/bothost/bothost/plugins/store-sqlite/internal/engine"
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
	return w.do(ctx, flushed, func(tx *transaction) error {
		version, err := schemaVersion(tx.Connection, file)
		steps := steps()
		if err != nil || version >= len(steps) {
			return err
		}
		if err := tx.Script(fmt.Sprintf("PRAGMA application_id = %d", applicationID)); err != nil {
			return fmt.Errorf("mark the file: %w", err)
		}
		for _, step := range steps[version:] {
			if err := tx.migrate(step); err != nil {
				return fmt.Errorf("migrate the schema with %s: %w", path.Base(step), err)
			}
		}
		return nil
	})
}

// steps lists the migrations, in order.
func steps() []string {
	steps, err := fs.Glob(migrations, "migrations/*.sql")
	if err != nil {
		panic("a constant pattern is bad: " + err.Error())
	}
	return steps
}

func (t *transaction) migrate(step string) error {
	script, err := migrations.ReadFile(step)
	if err != nil {
		return err
	}
	return t.Script(string(script))
}

const selectVersion = `SELECT version, oldest_reader FROM schema_version`

// schemaVersion finds out the version of the file's schema; 0: it is empty. It
// refuses a file that it cannot work with.
func schemaVersion(c *engine.Connection, file string) (int, error) {
	id, err := number(c, "PRAGMA application_id")
	if err != nil {
		return 0, err
	}
	tables, err := number(c, "SELECT count(*) FROM sqlite_schema")
	if err != nil || tables == 0 {
		return 0, err
	}
	if id != applicationID {
		return 0, fault.New(fault.Invalid, "store-sqlite: %s is the database of another program", file).
			WithRemedy("choose another path")
	}
	var version, oldestReader int
	_, err = c.First(func(row engine.Row) {
		version, oldestReader = int(row.Int(0)), int(row.Int(1))
	}, selectVersion)
	if err != nil {
		return 0, fmt.Errorf("read the schema's version: %w", err)
	}
	if latest := len(steps()); oldestReader > latest {
		return 0, fault.New(fault.Unavailable,
			"store-sqlite: %s has schema version %d, which needs a store-sqlite that knows version %d; this one knows version %d",
			file, version, oldestReader, latest).WithRemedy("run the newer store-sqlite again, or restore a backup")
	}
	return version, nil
}

func number(c *engine.Connection, query string) (value int64, err error) {
	_, err = c.First(func(row engine.Row) { value = row.Int(0) }, query)
	if err != nil {
		return 0, fmt.Errorf("look at the schema: %w", err)
	}
	return value, nil
}
