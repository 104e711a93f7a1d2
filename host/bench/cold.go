//go:build linux

package main

import (
	"context"
	"fmt"
	"time"

	"github.com/bothost/bothost/host/bench/internal/figures"
	"github.com/bothost/bothost/host/bench/internal/trial"
	"github.com/bothost/bothost/host/internal/rig"
)

// coldStarts measures how long it takes from the start of a host to the end of
// its first reply: on an empty folder, and again on the folder that this leaves.
func (b *bench) coldStarts(ctx context.Context) error {
	progress("cold starts")
	taken := map[bool][]float64{}
	for i := range b.options.starts {
		settings := b.settings(fmt.Sprintf("%s-%d", partCold, i), sqlite())
		for _, isAgain := range []bool{false, true} {
			elapsed, err := b.coldStart(ctx, settings)
			if err != nil {
				return err
			}
			taken[isAgain] = append(taken[isAgain], milliseconds(elapsed))
		}
	}
	// There is at least one of each.
	first, _ := figures.Median(taken[false])
	again, _ := figures.Median(taken[true])
	b.report.ColdStart = &coldStart{Starts: b.options.starts, First: first, Again: again}
	return nil
}

func (b *bench) coldStart(ctx context.Context, settings rig.HostSettings) (time.Duration, error) {
	program, err := rig.StartHost(ctx, settings)
	if err != nil {
		return 0, err
	}
	defer program.Stop()
	return trial.FirstReply(ctx, b.client, hostTargets(program.URL, rig.Tenant)[trial.Plain], program.Began)
}
