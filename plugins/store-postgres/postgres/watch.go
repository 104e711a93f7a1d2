package postgres

import (
	"context"
	"errors"
	"fmt"
	"math"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"github.com/bothost/bothost/sdk/store"
)

const (
	// pollInterval is how long a watcher waits for a notification before it
	// looks for itself.
	pollInterval  = 500 * time.Millisecond
	changesAtOnce = 500
)

// WatchTenants implements store.Tenants. It keeps a connection of its own, on
// which it listens. If the connection breaks it makes a new one and goes on
// where it was, for as long as it takes.
func (s *Store) WatchTenants(ctx context.Context, after *uint64, emit func(store.WatchEvent) error) error {
	w := &watcher{store: s, emit: emit}
	if after != nil {
		w.position = *after
	} else {
		revision, err := scalar[uint64](ctx, s, "read the registry's revision", harmless, `SELECT bothost.registry_revision()`)
		if err != nil {
			return err
		}
		w.position = revision
	}
	if err := emit(store.Position{Revision: w.position}); err != nil {
		return err
	}
	for {
		err := w.listen(ctx)
		if failure, ok := errors.AsType[emitError](err); ok {
			return failure.error
		}
		if ctx.Err() != nil {
			return ctx.Err()
		}
		s.logger.Warn("watching the registry was interrupted and goes on", "error", err)
		if !sleep(ctx, pollInterval) {
			return ctx.Err()
		}
	}
}

// emitError is the receiver's own error, which is returned as it is.
type emitError struct{ error }

// watcher follows the changes from a position on.
type watcher struct {
	store    *Store
	emit     func(store.WatchEvent) error
	position uint64
}

// listen emits changes until something fails. Notifications only shorten the
// wait: what happened is always read from the table, in the order of revisions.
func (w *watcher) listen(ctx context.Context) error {
	connection, err := pgx.ConnectConfig(ctx, w.store.access.pool.ConnConfig.Copy())
	if err != nil {
		return fmt.Errorf("connect: %w", err)
	}
	defer connection.Close(context.WithoutCancel(ctx))
	if _, err := connection.Exec(ctx, "LISTEN bothost_registry"); err != nil {
		return fmt.Errorf("listen: %w", err)
	}
	for {
		if err := w.drain(ctx, connection); err != nil {
			return err
		}
		waiting, stop := context.WithTimeout(ctx, pollInterval)
		_, err := connection.WaitForNotification(waiting)
		stop()
		if err != nil && (ctx.Err() != nil || !pgconn.Timeout(err)) {
			return fmt.Errorf("wait for a notification: %w", err)
		}
	}
}

// drain emits all changes there are after the position.
func (w *watcher) drain(ctx context.Context, connection *pgx.Conn) error {
	for {
		rows, err := connection.Query(ctx,
			`SELECT revision, type, tenant, key_id FROM bothost.changes_after($1, $2)`,
			min(w.position, math.MaxInt64), changesAtOnce)
		if err != nil {
			return fmt.Errorf("read changes: %w", err)
		}
		changes, err := pgx.CollectRows(rows, pgx.RowToStructByPos[store.Change])
		if err != nil {
			return fmt.Errorf("read changes: %w", err)
		}
		for _, change := range changes {
			if err := w.emit(change); err != nil {
				return emitError{err}
			}
			w.position = change.Revision
		}
		if len(changes) < changesAtOnce {
			return nil
		}
	}
}

// sleep waits, and reports whether it was not interrupted.
func sleep(ctx context.Context, wait time.Duration) bool {
	timer := time.NewTimer(wait)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-ctx.Done():
		return false
	}
}
