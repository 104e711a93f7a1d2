package postgres

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/bothost/bothost/sdk/fault"
	"github.com/bothost/bothost/sdk/store"
)

const (
	changesAtOnce = 500
	// answerTimeout bounds each look: meanwhile the receiver believes that
	// nothing has changed.
	answerTimeout = 2 * time.Second
)

// WatchTenants implements store.Tenants. It looks when the server notifies, and
// every half second; what has happened is always read from the table, in the
// order of revisions. If it cannot be read soon, or the registry has gone back
// behind the position, as after a backup was restored or a failover lost
// something, the watch ends with a fault: the receiver must know that it does not
// hear of changes. A position beyond the last change is told as the last change's.
func (s *Store) WatchTenants(ctx context.Context, after *uint64, emit func(store.WatchEvent) error) error {
	heard := s.listener.hear(registryChannel)
	defer s.listener.leave(heard)
	position, err := scalar[uint64](ctx, s, "watch the registry", harmless, `SELECT bothost.registry_revision()`)
	if err != nil {
		return err
	}
	if after != nil {
		position = min(position, *after)
	}
	w := &watcher{store: s, emit: emit, position: position}
	if err := emit(store.Position{Revision: position}); err != nil {
		return err
	}
	for {
		if err := w.drain(ctx); err != nil {
			return err
		}
		select {
		case <-heard.woken:
		case <-time.After(pollInterval):
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// watcher follows the changes from a position on.
type watcher struct {
	store    *Store
	emit     func(store.WatchEvent) error
	position uint64
}

// drain emits all changes there are after the position, and then the position.
func (w *watcher) drain(ctx context.Context) error {
	for {
		changes, err := w.read(ctx)
		if err != nil {
			return err
		}
		for _, change := range changes {
			if err := w.emit(change); err != nil {
				return err
			}
			w.position = change.Revision
		}
		if len(changes) < changesAtOnce {
			return w.emit(store.Position{Revision: w.position})
		}
	}
}

// look is a change, and the registry's revision before it was read. Where nothing
// has changed, the change is all nils.
type look struct {
	Registry uint64
	Revision *uint64
	Type     *string
	Tenant   *string
	KeyID    *string
}

func (w *watcher) read(ctx context.Context) ([]store.Change, error) {
	soon, cancel := context.WithTimeout(ctx, answerTimeout)
	defer cancel()
	looks, err := many(soon, w.store, "watch the registry", harmless, pgx.RowToStructByPos[look], `
		SELECT now.revision, c.revision, c.type, c.tenant, c.key_id
		FROM bothost.registry_revision() AS now (revision)
		LEFT JOIN bothost.changes_after($1, $2) c ON true
		ORDER BY c.revision`, w.position, changesAtOnce)
	switch {
	case ctx.Err() != nil:
		return nil, ctx.Err()
	case soon.Err() != nil:
		return nil, fault.New(fault.Unavailable, "store-postgres: watch the registry: no answer within %v", answerTimeout).
			FromUpstream().WithRetryAfter(retryAfter)
	case err != nil:
		return nil, err
	}
	return w.changes(looks)
}

// changes are those that were seen, if the registry is the one that was followed.
func (w *watcher) changes(looks []look) ([]store.Change, error) {
	var changes []store.Change
	for _, l := range looks {
		if l.Registry < w.position {
			return nil, fault.New(fault.Unavailable, "store-postgres: watch the registry: it has gone back from revision %d to %d",
				w.position, l.Registry).WithRetryAfter(retryAfter)
		}
		if l.Revision != nil {
			changes = append(changes, store.Change{
				Revision: *l.Revision, Type: store.ChangeType(value(l.Type)), Tenant: value(l.Tenant), KeyID: value(l.KeyID),
			})
		}
	}
	return changes, nil
}
