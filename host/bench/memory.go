//go:build linux

package main

import (
	"context"
	"fmt"

	"github.com/bothost/bothost/host/bench/internal/load"
	"github.com/bothost/bothost/host/bench/internal/proc"
	"github.com/bothost/bothost/host/bench/internal/trial"
)

const (
	// loadConversations are those at once that memory is measured under.
	loadConversations = 16
	underLoad         = "16 at once"
	// loadShare is the part of the time of a run's turns that the load takes, in
	// each form.
	loadShare = 32
)

// memory notes what hosts take that have done nothing yet, and the most that they
// take under a load.
func (b *bench) memory(ctx context.Context, hosts []runningHost) error {
	if err := b.noteMemory(hosts, "idle"); err != nil {
		return err
	}
	for _, host := range hosts {
		progress("%s: memory, %s", host.subject.Name, underLoad)
		peak, err := peakOf(ctx, host.program.PID(), func(ctx context.Context) error { return b.load(ctx, host) })
		if err != nil {
			return fmt.Errorf("%s: %w", host.subject.Name, err)
		}
		b.report.Memory = append(b.report.Memory, newMemoryRow(host.subject.Name, underLoad, peak))
	}
	return nil
}

func (b *bench) load(ctx context.Context, host runningHost) error {
	for _, form := range []trial.Form{trial.Plain, trial.Streamed} {
		result, err := load.Run(ctx, b.client, load.Spec{
			Target: host.subject.Targets[form], Conversations: trial.Names("memory", loadConversations), Duration: b.options.time / loadShare,
		})
		if err != nil {
			return err
		}
		if result.Failed > 0 {
			return result.Failure
		}
	}
	return nil
}

// peakOf gives the most memory that a process and its descendants take while
// something is done.
func peakOf(ctx context.Context, root int, do func(context.Context) error) (proc.Memory, error) {
	watched, stop := context.WithCancel(ctx)
	defer stop()
	type answer struct {
		peak proc.Memory
		err  error
	}
	answers := make(chan answer, 1)
	go func() {
		peak, err := proc.Peak(watched, root)
		answers <- answer{peak, err}
	}()
	err := do(ctx)
	stop()
	got := <-answers
	if err != nil {
		return proc.Memory{}, err
	}
	return got.peak, got.err
}

// noteMemory notes what each host and its plugins take now.
func (b *bench) noteMemory(hosts []runningHost, when string) error {
	for _, host := range hosts {
		now, err := proc.MemoryBelow(host.program.PID())
		if err != nil {
			return fmt.Errorf("%s: %w", host.subject.Name, err)
		}
		b.report.Memory = append(b.report.Memory, newMemoryRow(host.subject.Name, when, now))
	}
	return nil
}

func newMemoryRow(subject, when string, memory proc.Memory) memoryRow {
	return memoryRow{Subject: subject, When: when, RSS: mebibytes(memory.Resident), PSS: mebibytes(memory.Proportional)}
}

func mebibytes(bytes int64) float64 { return float64(bytes) / (1 << 20) }
