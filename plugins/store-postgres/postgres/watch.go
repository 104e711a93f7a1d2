package postgres

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"github.com/bothost/bothost/sdk/fault"
	"github.com/bothost/bothost/sdk/store"
)

const (
	// pollInterval is how long a watcher waits for a notification before it
	// looks for itself.
	pollInterval  = 500 * time.Millisecond
	changesAtOnce = 500
	// answerTimeout bounds each look, and the making of another connection:
	// meanwhile the receiver believes that nothing has changed.
	answerTimeout = 2 * time.Second
)

// WatchTenants implements store.Tenants. It keeps a connection of its own, on
// which it listens. If that breaks it makes a new one and goes on where it was;
// if it cannot do so soon, or the registry has gone back behind the position, as
// after a failover that lost something, it ends with a fault: the receiver must
// know that it does not hear of changes. A position beyond the last change is
// told as the last change's.
func (s *Store) WatchTenants(ctx context.Context, after *uint64, emit func(store.WatchEvent) error) error {
	w := &watcher{store: s, emit: emit}
	if err := w.connect(ctx); err != nil {
		return s.access.explain(ctx, "watch the registry", err)
	}
	defer func() { w.disconnect(ctx) }()
	w.position = w.revision
	if after != nil {
		w.position = min(w.position, *after)
	}
	if err := emit(store.Position{Revision: w.position}); err != nil {
		return err
	}
	for {
		err := w.follow(ctx)
		if failure, ok := errors.AsType[emitError](err); ok {
			return failure.error
		}
		if ctx.Err() != nil {
			return ctx.Err()
		}
		s.logger.Warn("watching the registry was interrupted", "error", err)
		w.disconnect(ctx)
		if err := w.resume(ctx); err != nil {
			return s.access.explain(ctx, "watch the registry", err)
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

	connection *pgx.Conn
	// revision is the registry's when the connection was made.
	revision uint64
}

// connect makes a connection that listens.
func (w *watcher) connect(ctx context.Context) error {
	connection, err := pgx.ConnectConfig(ctx, w.store.access.pool.ConnConfig.Copy())
	if err != nil {
		return fmt.Errorf("connect: %w", err)
	}
	w.connection = connection
	if _, err = connection.Exec(ctx, "LISTEN bothost_registry"); err != nil {
		err = fmt.Errorf("listen: %w", err)
	} else if err = connection.QueryRow(ctx, "SELECT bothost.registry_revision()").Scan(&w.revision); err != nil {
		err = fmt.Errorf("read the registry's revision: %w", err)
	}
	if err != nil {
		w.disconnect(ctx)
	}
	return err
}

// disconnect may be called again.
func (w *watcher) disconnect(ctx context.Context) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), answerTimeout)
	defer cancel()
	// It is not needed any more, whatever becomes of it.
	_ = w.connection.Close(ctx)
}

// resume makes another connection, to the registry that was followed.
func (w *watcher) resume(ctx context.Context) error {
	soon, cancel := context.WithTimeout(ctx, answerTimeout)
	defer cancel()
	if err := w.connect(soon); err != nil {
		return err
	}
	if w.revision < w.position {
		return fault.New(fault.Unavailable, "store-postgres: watch the registry: it has gone back from revision %d to %d",
			w.position, w.revision).WithRetryAfter(retryAfter)
	}
	return nil
}

// follow emits changes until something fails. Notifications only shorten the
// wait: what happened is always read from the table, in the order of revisions.
func (w *watcher) follow(ctx context.Context) error {
	for {
		if err := w.drain(ctx); err != nil {
			return err
		}
		waiting, stop := context.WithTimeout(ctx, pollInterval)
		_, err := w.connection.WaitForNotification(waiting)
		stop()
		if err != nil && (ctx.Err() != nil || !pgconn.Timeout(err)) {
			return fmt.Errorf("wait for a notification: %w", err)
		}
	}
}

// drain emits all changes there are after the position, and then the position.
func (w *watcher) drain(ctx context.Context) error {
	for {
		changes, err := w.read(ctx)
		if err != nil {
			return fmt.Errorf("read changes: %w", err)
		}
		for _, change := range changes {
			if err := w.tell(change); err != nil {
				return err
			}
			w.position = change.Revision
		}
		if len(changes) < changesAtOnce {
			return w.tell(store.Position{Revision: w.position})
		}
	}
}

// tell emits an event. The receiver's error is told from the connection's.
func (w *watcher) tell(event store.WatchEvent) error {
	if err := w.emit(event); err != nil {
		return emitError{err}
	}
	return nil
}

func (w *watcher) read(ctx context.Context) ([]store.Change, error) {
	ctx, cancel := context.WithTimeout(ctx, answerTimeout)
	defer cancel()
	rows, err := w.connection.Query(ctx,
		`SELECT revision, type, tenant, key_id FROM bothost.changes_after($1, $2)`, w.position, changesAtOnce)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, pgx.RowToStructByPos[store.Change])
}
