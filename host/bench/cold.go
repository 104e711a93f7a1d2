//go:build linux

package main

import (
	"context"
	"fmt"
	"time"

	"github.com/bothost/bothost/host/bench/internal/figures"
	"github.com/bothost/bothost/host/bench/internal/proc"
	"github.com/bothost/bothost/host/bench/internal/trial"
	"github.com/bothost/bothost/host/internal/rig"
)

// coldStarts measures how long it takes from the start of a host to the end of
// its first reply: on an empty folder, and again on the folder that this leaves.
func (b *bench) coldStarts(ctx context.Context) error {
	progress("cold starts")
	taken := map[bool][]float64{}
	for i := range b.options.starts {
		settings := b.hostSettings(fmt.Sprintf("start-%d", i), sqlite())
		for _, isAgain := range []bool{false, true} {
			elapsed, err := b.coldStart(ctx, settings)
			if err != nil {
				return err
			}
			taken[isAgain] = append(taken[isAgain], float64(elapsed)/float64(time.Millisecond))
		}
	}
	b.report.ColdStart.Starts = b.options.starts
	// There is at least one of each.
	b.report.ColdStart.First, _ = figures.Median(taken[false])
	b.report.ColdStart.Again, _ = figures.Median(taken[true])
	return nil
}

func (b *bench) coldStart(ctx context.Context, settings rig.HostSettings) (time.Duration, error) {
	program, err := rig.StartHost(ctx, settings)
	if err != nil {
		return 0, err
	}
	defer program.Stop()
	return trial.FirstReply(ctx, b.client, hostTargets(program.URL)[trial.Plain], program.Began)
}

// memory notes what each host and its plugins take now.
func (b *bench) memory(when string) error {
	for _, host := range b.hosts {
		usage, err := proc.Tree(host.program.PID())
		if err != nil {
			return fmt.Errorf("%s: %w", host.subject.Name, err)
		}
		used, err := proc.MemoryOf(usage.Processes)
		if err != nil {
			return fmt.Errorf("%s: %w", host.subject.Name, err)
		}
		b.report.Memory = append(b.report.Memory, memoryRow{
			Subject: host.subject.Name, When: when, Processes: len(usage.Processes),
			RSS: float64(used.Resident) / (1 << 20), PSS: float64(used.Proportional) / (1 << 20),
		})
	}
	return nil
}
