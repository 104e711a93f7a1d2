//go:build linux

package main

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"sync"
	"time"

	"github.com/bothost/bothost/host/bench/internal/seed"
)

// seed does something with all stores that a part's hosts will use, at the same
// time: each waits for its disk, and for its last turn.
func (b *bench) seed(ctx context.Context, part string, work func(context.Context, seed.Store) error) error {
	began := time.Now()
	failed := make([]error, len(b.backends))
	var seeding sync.WaitGroup
	for i, on := range b.backends {
		seeding.Go(func() { failed[i] = b.seedOne(ctx, part, on, work) })
	}
	seeding.Wait()
	progress("done in %v", time.Since(began).Round(time.Second/10))
	return errors.Join(failed...)
}

func (b *bench) seedOne(ctx context.Context, part string, on backend, work func(context.Context, seed.Store) error) error {
	err := seed.Use(ctx, seed.Settings{
		Plugins: filepath.Join(b.options.bin, "plugins"), Section: on.section,
		DataDir: b.settings(part, on).DataDir(), Sockets: b.file("sockets-" + on.folder),
	}, work)
	if err != nil {
		return fmt.Errorf("%s: %w", on.name, err)
	}
	return nil
}
