//go:build linux

package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strconv"
	"time"

	"github.com/bothost/bothost/host/internal/rig"
)

// start starts what all parts use: the model and the database.
func (b *bench) start(ctx context.Context) error {
	if err := b.makeFolder(); err != nil {
		return err
	}
	model, err := b.startModel(ctx, b.options.pieces, b.options.delay)
	if err != nil {
		return err
	}
	b.stops = append(b.stops, model.Stop)
	b.model = model.URL
	b.backends = []backend{sqlite()}
	if b.options.noPostgres {
		return nil
	}
	progress("make a PostgreSQL server")
	database, err := rig.StartPostgres(ctx, b.folder)
	switch {
	case errors.Is(err, rig.ErrNoPostgres):
		b.report.Notes = append(b.report.Notes, err.Error())
		return nil
	case err != nil:
		return err
	}
	b.stops = append(b.stops, database.Stop)
	b.backends = append(b.backends, postgres(database))
	return nil
}

// startModel starts a fake model. The caller stops it.
func (b *bench) startModel(ctx context.Context, pieces int, delay time.Duration) (*rig.Program, error) {
	return b.startSelf(ctx, "model", "--pieces", strconv.Itoa(pieces), "--delay", delay.String())
}

// startSelf starts this program with another command.
func (b *bench) startSelf(ctx context.Context, command string, args ...string) (*rig.Program, error) {
	self, err := os.Executable()
	if err != nil {
		return nil, fmt.Errorf("find this program: %w", err)
	}
	return rig.Start(ctx, b.file(command+".log"), self, append([]string{command}, args...)...)
}
