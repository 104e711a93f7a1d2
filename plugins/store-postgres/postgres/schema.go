package postgres

import (
	"context"
	"fmt"

	"github.com/hashicorp/go-hclog"
	"github.com/jackc/pgx/v5"

	"github.com/bothost/bothost/sdk/fault"
)

// migrationError is a failure of the role that migrations run as, which may be
// another than the one that serves.
type migrationError struct{ error }

func (e migrationError) Unwrap() error { return e.error }

// prepareSchema brings the schema up to date, or only checks that it is.
func prepareSchema(ctx context.Context, a *access, verify bool, logger hclog.Logger) error {
	if verify {
		return onSchema(ctx, a.direct, func(connection *pgx.Conn, found int) error { return current(found) })
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
	defer connection.Close(context.WithoutCancel(ctx))
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
