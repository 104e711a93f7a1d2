//go:build linux

package main

import (
	"context"
	"fmt"
	"os"
	"time"

	"github.com/bothost/bothost/host/bench/internal/figures"
	"github.com/bothost/bothost/host/bench/internal/gctrace"
	"github.com/bothost/bothost/host/bench/internal/load"
	"github.com/bothost/bothost/host/bench/internal/proc"
	"github.com/bothost/bothost/host/bench/internal/trial"
	"github.com/bothost/bothost/host/internal/rig"
)

const (
	// mostCached are as many as a host keeps, unless it is told otherwise.
	mostCached = 1000
	// steadyTurns let a host reach its steady state.
	steadyTurns = 500
)

// coldBots measures first turns of tenants that have had none, and what their
// bots take in the cache. The first tenant's bot is the warm one; without others
// there is nothing to measure.
func (b *bench) coldBots(ctx context.Context, on backend, settings rig.HostSettings, row *tenantRow) error {
	cold := min(mostCached, row.Tenants) - 1
	if cold == 0 {
		return nil
	}
	progress("%s: first turns of %d cold bots", on.name, cold)
	settings.Environment = []string{gctrace.Variable}
	_ = os.Remove(settings.LogFile()) // the collections of this host alone count
	program, err := rig.StartHost(ctx, settings)
	if err != nil {
		return err
	}
	defer program.Stop()
	host := tenantHost{b, program, settings.LogFile(), fmt.Sprint(row.Tenants)}
	before, err := host.settle(ctx, "before", 0)
	if err != nil {
		return err
	}
	if err := host.compare(ctx, row, cold); err != nil {
		return err
	}
	after, err := host.settle(ctx, "after", before.collections)
	if err != nil {
		return err
	}
	if row.Cached, err = b.cachedBots(ctx, program.URL); err != nil {
		return err
	}
	row.HeapPerBot = float64(after.live-before.live) / float64(cold) / (1 << 10)
	row.RSSPerBot = float64(after.resident-before.resident) / float64(cold) / (1 << 10)
	return nil
}

// tenantHost is a host with tenants.
type tenantHost struct {
	bench   *bench
	program *rig.Program
	logFile string
	// run tells the conversations of one host from those of another on the same
	// store.
	run string
}

// compare makes the first turns of cold bots, each followed by the first turn of
// a conversation with the warm one.
func (h tenantHost) compare(ctx context.Context, row *tenantRow, cold int) error {
	var coldTimes, warmTimes []time.Duration
	for i := 1; i <= cold; i++ {
		// They are spread over all tenants.
		name := tenantName(i * (row.Tenants - 1) / cold)
		taken, err := h.turn(ctx, name, "first-"+h.run)
		if err != nil {
			return err
		}
		coldTimes = append(coldTimes, taken)
		if taken, err = h.turn(ctx, tenantName(0), fmt.Sprintf("warm-%s-%d", h.run, i)); err != nil {
			return err
		}
		warmTimes = append(warmTimes, taken)
	}
	// There is at least one of each.
	coldMedian, _ := figures.Quantile(coldTimes, 0.5)
	warmMedian, _ := figures.Quantile(warmTimes, 0.5)
	row.Cold, row.Warm = milliseconds(coldMedian), milliseconds(warmMedian)
	row.ColdAdded = row.Cold - row.Warm
	return nil
}

func (h tenantHost) turn(ctx context.Context, tenant, conversation string) (time.Duration, error) {
	result, err := load.Run(ctx, h.bench.client, load.Spec{
		Target: hostTargets(h.program.URL, tenant)[trial.Plain], Conversations: []string{conversation}, Turns: 1,
	})
	if err != nil {
		return 0, err
	}
	if result.Failed > 0 {
		return 0, fmt.Errorf("tenant %s: %w", tenant, result.Failure)
	}
	return result.Latencies[0], nil
}

// taken is what a host's own process takes.
type taken struct {
	live, resident int64
	collections    int
}

// settle makes turns of the warm bot until the garbage has been collected at least
// twice more, and gives what the host takes then.
func (h tenantHost) settle(ctx context.Context, name string, collections int) (taken, error) {
	const most = 100
	for round := range most {
		for i := range steadyTurns {
			if _, err := h.turn(ctx, tenantName(0), fmt.Sprintf("%s-%s-%d-%d", name, h.run, round, i)); err != nil {
				return taken{}, err
			}
		}
		now, err := h.taken()
		if err != nil || now.collections >= collections+2 {
			return now, err
		}
	}
	return taken{}, fmt.Errorf("the host has not collected its garbage twice in %d turns", most*steadyTurns)
}

func (h tenantHost) taken() (taken, error) {
	log, err := os.Open(h.logFile)
	if err != nil {
		return taken{}, fmt.Errorf("read the host's log: %w", err)
	}
	defer func() { _ = log.Close() }()
	heap, err := gctrace.Read(log)
	if err != nil {
		return taken{}, err
	}
	memory, err := proc.MemoryOf([]int{h.program.PID()})
	return taken{heap.Live, memory.Resident, heap.Collections}, err
}
