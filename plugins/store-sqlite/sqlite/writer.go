package sqlite

import (
	"context"
	"slices"
	"sync"
	"time"
)

// maxGroup bounds the transactions that are committed together.
const maxGroup = 64

// writer runs transactions on the process's one writing connection. Those that
// come while others run are committed together, as a group: a flush to the disk
// costs as much for one as for many.
//
// There is no goroutine of the writer's own. Who finds nobody writing leads: it
// runs a group, with its own transaction and what else waits by then, and hands
// the lead to the first of those that have come since. So a transaction that is
// alone runs at once, in the goroutine of its caller.
type writer struct {
	path string
	// patience is how long a transaction waits for another process's lock.
	patience time.Duration
	// session belongs to the leader; nil: to be opened.
	session     *session
	checkpoints checkpoints

	mu sync.Mutex
	// leader is who runs the next group or is running one; nil: nobody.
	leader *request
	// queue holds those whose group has not begun. A leader is its first until
	// then.
	queue []*request
}

func newWriter(path string) *writer {
	return &writer{path: path, patience: patience, checkpoints: checkpoints{path: path}}
}

// do runs one transaction, and commits it if run returns nil. ctx ends the wait
// for a group; once that has begun, the transaction goes on to its end, which is
// near, so that its outcome is known.
func (w *writer) do(ctx context.Context, durable durability, run func(*transaction) error) error {
	r := &request{durable: durable, run: run, giveUp: time.Now().Add(w.patience), told: make(chan struct{}, 1)}
	if leads := w.enqueue(r); leads {
		return w.lead(ctx, r)
	}
	select {
	case <-ctx.Done():
		if w.withdraw(r) {
			return ctx.Err()
		}
		// It has been told something, or will be soon.
		if _, leads := <-r.told; leads {
			w.leave(r)
			return ctx.Err()
		}
	case _, leads := <-r.told:
		if leads {
			return w.lead(ctx, r)
		}
	}
	return r.outcome()
}

// enqueue reports whether the request leads.
func (w *writer) enqueue(r *request) (leads bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.queue = append(w.queue, r)
	if w.leader != nil {
		return false
	}
	w.leader = r
	return true
}

// withdraw takes back a request, unless a group has it or it has the lead.
func (w *writer) withdraw(r *request) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	place := slices.Index(w.queue, r)
	if place < 0 || w.leader == r {
		return false
	}
	w.queue = slices.Delete(w.queue, place, place+1)
	return true
}

// lead runs a group that the request is in.
func (w *writer) lead(ctx context.Context, r *request) error {
	durable := w.wanted()
	if err := w.begin(ctx, durable, r.giveUp); err != nil {
		w.leave(r)
		return err
	}
	members := w.take(durable)
	w.session.group(members)
	for _, m := range members {
		if m != r {
			close(m.told)
		}
	}
	w.checkpoints.next(w.session)
	w.handOver()
	return r.outcome()
}

// begin begins a transaction, on another connection if the one before is broken.
func (w *writer) begin(ctx context.Context, durable durability, giveUp time.Time) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	if w.session != nil && w.session.broken {
		if err := w.close(); err != nil {
			return err
		}
	}
	if w.session == nil {
		opened, err := openSession(ctx, w.path)
		if err != nil {
			return err
		}
		w.session = opened
	}
	return w.session.begin(ctx, durable, giveUp)
}

// wanted is flushed if one of those who wait wants it so.
func (w *writer) wanted() durability {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, r := range w.queue[:min(len(w.queue), maxGroup)] {
		if r.durable == flushed {
			return flushed
		}
	}
	return soon
}

// take takes a group from the queue: those whom the transaction that has begun is
// good enough for.
func (w *writer) take(durable durability) (members []*request) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.queue = slices.DeleteFunc(w.queue, func(r *request) bool {
		joins := len(members) < maxGroup && (durable == flushed || r.durable == soon)
		if joins {
			members = append(members, r)
		}
		return joins
	})
	return members
}

// leave gives up the lead without having run a group.
func (w *writer) leave(r *request) {
	w.mu.Lock()
	w.queue = slices.DeleteFunc(w.queue, func(other *request) bool { return other == r })
	w.mu.Unlock()
	w.handOver()
}

// handOver gives the lead to whoever waits first.
func (w *writer) handOver() {
	w.mu.Lock()
	defer w.mu.Unlock()
	if len(w.queue) == 0 {
		w.leader = nil
		return
	}
	w.leader = w.queue[0]
	w.leader.told <- struct{}{}
}

// close closes the connection, which nobody may be writing with.
func (w *writer) close() error {
	if w.session == nil {
		return nil
	}
	w.checkpoints.wait()
	err := w.session.connection.Close()
	w.session = nil
	return err
}
