package postgres

import (
	"context"
	"embed"
	"fmt"
	"path"

	"github.com/hashicorp/go-hclog"
	"github.com/jackc/pgx/v5"

	"github.com/bothost/bothost/sdk/fault"
)

const (
	// schemaVersion is the version that this store writes, and brings a
	// database to.
	schemaVersion = 1
	// newestReadable is the newest version that it can work with. A version
	// only adds to the one before it; what it no longer needs is taken away one
	// version later. So the store before can still use it, and two versions can
	// run side by side while one replaces the other.
	newestReadable = schemaVersion + 1

	// migrationLock is the key of the advisory lock that instances starting at
	// once queue for.
	migrationLock = 0x626f74686f7374
)

// migrations holds a folder for each version: its files run in name order.
//
//go:embed migrations
var migrations embed.FS

// migrationError is a failure of the role that migrations run as, which may be
// another than the one that serves.
type migrationError struct{ error }

func (e migrationError) Unwrap() error { return e.error }

// prepareSchema brings the schema up to date, or only checks that it is.
func prepareSchema(ctx context.Context, a *access, verify bool, logger hclog.Logger) error {
	if verify {
		return onSchema(ctx, a.pool.ConnConfig, func(connection *pgx.Conn, found int) error { return current(found) })
	}
	err := onSchema(ctx, a.owner, func(connection *pgx.Conn, found int) error {
		if found < schemaVersion {
			if err := migrate(ctx, connection); err != nil {
				return err
			}
			logger.Info("the schema was brought up to date", "from", found, "to", schemaVersion)
		}
		return grant(ctx, connection, a.pool.ConnConfig.User)
	})
	if err != nil {
		return migrationError{err}
	}
	return nil
}

// onSchema connects, and works on a schema of a version that can be read.
func onSchema(ctx context.Context, as *pgx.ConnConfig, work func(connection *pgx.Conn, found int) error) error {
	connection, err := pgx.ConnectConfig(ctx, as)
	if err != nil {
		return err
	}
	defer connection.Close(context.WithoutCancel(ctx)) //nolint:errcheck // It is done with.
	if err := supported(connection); err != nil {
		return err
	}
	found, err := readVersion(ctx, connection)
	if err != nil {
		return err
	}
	if err := readable(found); err != nil {
		return err
	}
	return work(connection, found)
}

// current refuses a schema that lacks something.
func current(found int) error {
	if found >= schemaVersion {
		return nil
	}
	return fault.New(fault.Invalid, "store-postgres: the database has schema version %d; this version needs %d", found, schemaVersion).
		WithRemedy("open it once with migrate: auto")
}

// thereIs looks into the catalog itself. to_regclass may answer from a cache
// that is older than the wait for another instance's migration.
const thereIs = `
	SELECT EXISTS (SELECT FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
	               WHERE n.nspname = 'bothost' AND c.relname = 'schema_versions')`

// readVersion gives 0 where there is no schema.
func readVersion(ctx context.Context, connection querier) (int, error) {
	var there bool
	if err := connection.QueryRow(ctx, thereIs).Scan(&there); err != nil {
		return 0, fmt.Errorf("look for the schema: %w", err)
	}
	if !there {
		return 0, nil
	}
	var version int
	if err := connection.QueryRow(ctx, `SELECT coalesce(max(version), 0) FROM bothost.schema_versions`).Scan(&version); err != nil {
		return 0, fmt.Errorf("read the schema's version: %w", err)
	}
	return version, nil
}

// querier is a connection or a transaction.
type querier interface {
	QueryRow(ctx context.Context, statement string, arguments ...any) pgx.Row
}

func readable(found int) error {
	if found <= newestReadable {
		return nil
	}
	return fault.New(fault.Invalid, "store-postgres: the database has schema version %d; this version reads %d to %d",
		found, schemaVersion, newestReadable).
		WithRemedy("use the newer store-postgres that made it, or restore a backup from before")
}

// migrate applies the versions that are missing, all in one transaction, and
// alone: who waited for the lock finds the work done.
func migrate(ctx context.Context, connection *pgx.Conn) error {
	err := pgx.BeginFunc(ctx, connection, func(tx pgx.Tx) error {
		if _, err := tx.Exec(ctx, `SELECT pg_advisory_xact_lock($1)`, int64(migrationLock)); err != nil {
			return fmt.Errorf("wait for other instances: %w", err)
		}
		found, err := readVersion(ctx, tx)
		if err != nil {
			return err
		}
		if err := readable(found); err != nil {
			return err
		}
		for version := found + 1; version <= schemaVersion; version++ {
			if err := apply(ctx, tx, version); err != nil {
				return err
			}
		}
		_, err = tx.Exec(ctx, `REVOKE ALL ON ALL FUNCTIONS IN SCHEMA bothost FROM PUBLIC`)
		return err
	})
	if err != nil {
		return fmt.Errorf("migrate the schema: %w", err)
	}
	return nil
}

func apply(ctx context.Context, tx pgx.Tx, version int) error {
	folder := fmt.Sprintf("migrations/%04d", version)
	files, err := migrations.ReadDir(folder)
	if err != nil {
		return fmt.Errorf("read migration %d: %w", version, err)
	}
	for _, file := range files {
		if err := applyFile(ctx, tx, path.Join(folder, file.Name())); err != nil {
			return err
		}
	}
	if _, err := tx.Exec(ctx, `INSERT INTO bothost.schema_versions (version) VALUES ($1)`, version); err != nil {
		return fmt.Errorf("record version %d: %w", version, err)
	}
	return nil
}

func applyFile(ctx context.Context, tx pgx.Tx, name string) error {
	statements, err := migrations.ReadFile(name)
	if err != nil {
		return fmt.Errorf("read %s: %w", name, err)
	}
	if _, err := tx.Exec(ctx, string(statements)); err != nil {
		return fmt.Errorf("run %s: %w", name, err)
	}
	return nil
}
