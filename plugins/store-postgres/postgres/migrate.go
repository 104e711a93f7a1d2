package postgres

import (
	"context"
	"embed"
	"fmt"
	"path"

	"github.com/jackc/pgx/v5"
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
