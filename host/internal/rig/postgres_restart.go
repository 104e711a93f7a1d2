//go:build linux

package rig

import (
	"context"
	"fmt"
	"syscall"
	"time"

	"github.com/jackc/pgx/v5"
)

// Connect opens the host's database as the server's superuser, whom row-level
// security does not bind. The caller closes the connection.
func (p *Postgres) Connect(ctx context.Context) (*pgx.Conn, error) { return p.connectTo(ctx, role) }

// Restart ends the server as a crash does, without a checkpoint, leaves it down
// for a while, and returns when it has recovered. It must not be called
// concurrently with itself, Connect or Stop.
func (p *Postgres) Restart(ctx context.Context, down time.Duration) error {
	// SIGQUIT is a server's immediate shutdown.
	if err := p.command.Process.Signal(syscall.SIGQUIT); err != nil {
		return fmt.Errorf("end PostgreSQL: %w", err)
	}
	<-p.ended
	select {
	case <-time.After(down):
	case <-ctx.Done():
	}
	if err := p.launch(); err != nil {
		return err
	}
	connection, err := p.Connect(ctx)
	if err != nil {
		return err
	}
	return connection.Close(ctx)
}
