//go:build linux

package main

import (
	"context"
	"fmt"

	"github.com/bothost/bothost/host/bench/internal/proc"
	"github.com/bothost/bothost/host/internal/rig"
)

const (
	sqliteName   = "SQLite"
	postgresName = "PostgreSQL"
)

// backend is a store that hosts are measured with.
type backend struct {
	name string
	// folder is how folders of its hosts are called.
	folder string
	// section is conversation_storage.
	section map[string]any
	// written gives how many bytes the store has made the disk write so far, for
	// a host's process.
	written func(ctx context.Context, host int) (int64, error)
}

func sqlite() backend {
	return backend{
		name: sqliteName, folder: "sqlite", section: map[string]any{"backend": "sqlite"},
		written: func(_ context.Context, host int) (int64, error) { return proc.Written(host, "store-sqlite") },
	}
}

func postgres(database *rig.Postgres) backend {
	return backend{
		name: postgresName, folder: "postgres", section: database.Store(),
		written: func(ctx context.Context, _ int) (int64, error) { return logged(ctx, database) },
	}
}

// logged is how many bytes the server has put into its write-ahead log so far.
func logged(ctx context.Context, database *rig.Postgres) (bytes int64, err error) {
	connection, err := database.Connect(ctx)
	if err != nil {
		return 0, err
	}
	defer func() { _ = connection.Close(context.WithoutCancel(ctx)) }()
	err = connection.QueryRow(ctx, "SELECT (pg_current_wal_insert_lsn() - '0/0')::bigint").Scan(&bytes)
	if err != nil {
		return 0, fmt.Errorf("ask how much is in the write-ahead log: %w", err)
	}
	return bytes, nil
}
