package sqlite

import (
	"context"
	"fmt"
	"time"

	"github.com/bothost/bothost/plugins/store-sqlite/internal/engine"
	"github.com/bothost/bothost/sdk/store"
)

const (
	// pollInterval is how often a watch looks for what other processes wrote.
	pollInterval = 250 * time.Millisecond
	// changesAtOnce bounds what a watch holds in memory.
	changesAtOnce = 256
)

const selectChanges = `
	SELECT revision, type, tenant, key_id FROM changes WHERE revision > ?1 ORDER BY revision LIMIT ?2`

// change writes to the registry, and wakes this process's watches.
func (s *Store) change(ctx context.Context, attempt string, run func(*transaction) error) error {
	err := s.write(ctx, attempt, run)
	if err == nil {
		s.changed.send()
	}
	return err
}

// record takes the next revision for a change. Whoever takes the one after that
// waits for this transaction to end, so that no revision becomes visible before
// a lower one.
func (t *transaction) record(kind store.ChangeType, tenant, keyID string) (uint64, error) {
	var revision int64
	_, err := t.First(func(row engine.Row) { revision = row.Int(0) },
		`UPDATE registry SET revision = revision + 1 RETURNING revision`)
	if err != nil {
		return 0, fmt.Errorf("take a revision: %w", err)
	}
	_, err = t.Exec(`INSERT INTO changes (revision, type, tenant, key_id) VALUES (?1, ?2, ?3, ?4)`,
		revision, string(kind), tenant, keyID)
	if err != nil {
		return 0, fmt.Errorf("record the change: %w", err)
	}
	return uint64(revision), nil
}

// WatchTenants implements store.Tenants. A position beyond the last change,
// which only a file restored from a backup can be asked for, is told as the last
// change's.
func (s *Store) WatchTenants(ctx context.Context, after *uint64, emit func(store.WatchEvent) error) error {
	if err := s.lifetime.enter(); err != nil {
		return err
	}
	defer s.lifetime.leave()
	connection, err := openReader(ctx, s.path)
	if err != nil {
		return s.fault("watch the tenants", err)
	}
	defer func() { _ = connection.Close() }()
	w := &watch{store: s, connection: connection, emit: emit}
	return w.run(ctx, after)
}

// watch is one call of WatchTenants. Its connection is its own: data_version,
// which tells whether anybody else has written, is a connection's count.
type watch struct {
	store      *Store
	connection *engine.Connection
	emit       func(store.WatchEvent) error
	position   uint64
	// version is the data_version that the changes were read at.
	version int64
}

func (w *watch) run(ctx context.Context, after *uint64) error {
	if err := w.begin(ctx, after); err != nil {
		return w.store.fault("watch the tenants", err)
	}
	if err := w.emit(store.Position{Revision: w.position}); err != nil {
		return err
	}
	for {
		changed := w.store.changed.next()
		changes, err := w.read(ctx)
		if err != nil {
			return w.store.fault("watch the tenants", err)
		}
		if err := w.tell(changes); err != nil {
			return err
		}
		if len(changes) == changesAtOnce {
			continue
		}
		if err := w.wait(ctx, changed); err != nil {
			return err
		}
	}
}

// tell emits changes, or where the watch is if there are none: what was written
// may have been conversations.
func (w *watch) tell(changes []store.Change) error {
	for _, change := range changes {
		if err := w.emit(change); err != nil {
			return err
		}
		w.position = change.Revision
	}
	if len(changes) > 0 {
		return nil
	}
	return w.emit(store.Position{Revision: w.position})
}

// begin finds out where the watch starts.
func (w *watch) begin(ctx context.Context, after *uint64) error {
	err := patiently(ctx, func() error {
		_, err := w.connection.First(func(row engine.Row) { w.position = uint64(row.Int(0)) }, `SELECT revision FROM registry`)
		return err
	})
	if after != nil {
		w.position = min(w.position, *after)
	}
	return err
}

// read gives what comes after the position. It looks at the version first: what
// is written in between is read now, and looked for once more.
func (w *watch) read(ctx context.Context) (changes []store.Change, err error) {
	if w.version, err = w.dataVersion(ctx); err != nil {
		return nil, err
	}
	err = patiently(ctx, func() error {
		changes = nil
		for row, err := range w.connection.Rows(selectChanges, int64(w.position), changesAtOnce) {
			if err != nil {
				return err
			}
			changes = append(changes, store.Change{
				Revision: uint64(row.Int(0)), Type: store.ChangeType(row.Text(1)), Tenant: row.Text(2), KeyID: row.Text(3),
			})
		}
		return nil
	})
	return changes, err
}

// wait returns when there may be changes, and says meanwhile that there are none.
func (w *watch) wait(ctx context.Context, changed <-chan struct{}) error {
	poll := time.NewTicker(pollInterval)
	defer poll.Stop()
	for {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-w.store.lifetime.over:
			return errClosed()
		case <-changed:
			return nil
		case <-poll.C:
			version, err := w.dataVersion(ctx)
			if err != nil {
				return w.store.fault("watch the tenants", err)
			}
			if version != w.version {
				return nil
			}
			if err := w.tell(nil); err != nil {
				return err
			}
		}
	}
}

func (w *watch) dataVersion(ctx context.Context) (version int64, err error) {
	err = patiently(ctx, func() error {
		_, err := w.connection.First(func(row engine.Row) { version = row.Int(0) }, `PRAGMA data_version`)
		return err
	})
	return version, err
}
