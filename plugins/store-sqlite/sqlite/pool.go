package sqlite

import (
	"context"
	"errors"
	"fmt"

	"github.com/bothost/bothost/plugins/store-sqlite/internal/engine"
)

// readers bounds the reads that run at once; others wait.
const readers = 4

// pool lends connections that read. They are opened when they are first needed.
type pool struct {
	path string
	// slots holds what is not lent; nil: to be opened.
	slots chan *engine.Connection
}

func newPool(path string) *pool {
	p := &pool{path: path, slots: make(chan *engine.Connection, readers)}
	for range readers {
		p.slots <- nil
	}
	return p
}

// read runs queries, each of which sees the state of one moment. What they read
// before a lock kept them from going on, they read again: read may be called more
// than once.
func (p *pool) read(ctx context.Context, read func(*engine.Connection) error) error {
	var c *engine.Connection
	select {
	case <-ctx.Done():
		return ctx.Err()
	case c = <-p.slots:
	}
	defer func() { p.slots <- c }()
	if c == nil {
		var err error
		if c, err = openReader(ctx, p.path); err != nil {
			return err
		}
	}
	return patiently(ctx, func() error { return read(c) })
}

// close closes all connections, each once it is not lent any more.
func (p *pool) close() error {
	var errs []error
	for range readers {
		if c := <-p.slots; c != nil {
			errs = append(errs, c.Close())
		}
	}
	for range readers {
		p.slots <- nil
	}
	return errors.Join(errs...)
}

// openReader opens a connection that cannot write.
func openReader(ctx context.Context, path string) (*engine.Connection, error) {
	c, err := engine.Open(path)
	if err != nil {
		return nil, fmt.Errorf("connect: %w", err)
	}
	if err := patiently(ctx, func() error { return c.Script("PRAGMA query_only = TRUE") }); err != nil {
		return nil, errors.Join(err, c.Close())
	}
	return c, nil
}
