//go:build linux

package main

import (
	"context"
	"fmt"
	"path/filepath"

	"github.com/bothost/bothost/host/bench/internal/seed"
)

// seed opens the store that a part's host will use, or uses already.
func (b *bench) seed(ctx context.Context, part string, on backend, work func(context.Context, seed.Store) error) error {
	err := seed.Use(ctx, seed.Settings{
		Plugins: filepath.Join(b.options.bin, "plugins"), Section: on.section, DataDir: b.settings(part, on).DataDir(), Sockets: b.file("sockets-" + on.folder),
	}, work)
	if err != nil {
		return fmt.Errorf("%s: %w", on.name, err)
	}
	return nil
}
