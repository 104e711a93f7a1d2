//go:build linux

package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"

	"github.com/bothost/bothost/host/bench/internal/birth"
	"github.com/bothost/bothost/host/bench/internal/trial"
	"github.com/bothost/bothost/host/internal/rig"
)

const (
	unitedName = "one process"
	// boundaryShare is the part of the time of a run's turns that is spent on those
	// over and without the boundary.
	boundaryShare = 4
	// birthsAStart is how often each plugin is started in place of a host.
	birthsAStart = 10
)

// boundary measures what it costs that plugins are processes: what a turn costs
// more than with the same code in one process, and how long a plugin takes to
// start.
func (b *bench) boundary(ctx context.Context) (err error) {
	b.report.Boundary = &boundary{}
	if b.report.Boundary.Turns, err = b.boundaryTurns(ctx); err != nil {
		return err
	}
	b.report.Boundary.Starts, err = b.births(ctx)
	return err
}

func (b *bench) boundaryTurns(ctx context.Context) ([]boundaryRow, error) {
	one, err := b.startSelf(ctx, "united", b.model, b.file("united"))
	if err != nil {
		return nil, err
	}
	defer one.Stop()
	host, err := b.startHost(ctx, sqlite(), b.settings(partBoundary, sqlite()))
	if err != nil {
		return nil, err
	}
	defer host.program.Stop()
	subjects := []trial.Subject{{Name: unitedName, PID: one.PID(), Targets: hostTargets(one.URL, rig.Tenant)}, host.subject}
	if err := b.warmUp(ctx, subjects); err != nil {
		return nil, err
	}
	rows, err := trial.Levels{
		Client: b.client, Subjects: subjects, Hop: unitedName, Conversations: []int{1, 16},
		Rounds: b.options.rounds, Time: b.options.time / boundaryShare,
		Progress: func(text string) { progress("%s", text) },
	}.Run(ctx)
	return boundaryRows(rows), err
}

// boundaryRows compares those of the host with those before, of one process.
func boundaryRows(rows []trial.Row) []boundaryRow {
	var compared []boundaryRow
	for i := 1; i < len(rows); i += 2 {
		one, host := rows[i-1], rows[i]
		compared = append(compared, boundaryRow{
			Form: host.Form, Conversations: host.Conversations, One: one.Sample, Plugins: host.Sample,
			CPU: host.CPUToHop, P50: host.P50ToHop,
		})
	}
	return compared
}

// births starts every plugin that there is.
func (b *bench) births(ctx context.Context) ([]birth.Row, error) {
	progress("starts of each plugin")
	plugins, err := filepath.Glob(filepath.Join(b.options.bin, "plugins", "*-*"))
	if err != nil {
		return nil, fmt.Errorf("find the plugins: %w", err)
	}
	sockets := b.file("s")
	if err := os.Mkdir(sockets, 0o700); err != nil {
		return nil, fmt.Errorf("make a folder for sockets: %w", err)
	}
	return birth.Run(ctx, birth.Settings{Plugins: plugins, Sockets: sockets, Rounds: birthsAStart * b.options.starts})
}
