//go:build linux

package main

import (
	"context"
	"fmt"
	"time"

	"github.com/bothost/bothost/host/bench/internal/hop"
	"github.com/bothost/bothost/host/bench/internal/load"
	"github.com/bothost/bothost/host/bench/internal/trial"
	"github.com/bothost/bothost/host/internal/rig"
)

const (
	directName    = "direct"
	hopName       = "hop"
	collectedName = "hop, collecting"
)

// turns measures what a turn costs, next to the direct call and the hop.
func (b *bench) turns(ctx context.Context) error {
	bare, err := b.startSelf(ctx, "hop", b.model)
	if err != nil {
		return err
	}
	defer bare.Stop()
	hosts, err := b.startHosts(ctx, partTurns)
	defer func() { stopHosts(hosts) }()
	if err != nil {
		return err
	}
	if err := b.memory(ctx, hosts); err != nil {
		return err
	}
	subjects := b.subjects(bare, hosts)
	if err := b.warmUp(ctx, subjects); err != nil {
		return err
	}
	levels := trial.Levels{
		Client: b.client, Subjects: subjects, Hop: hopName, Collecting: collectedName, Direct: directName,
		Conversations: b.options.conversations, Rounds: b.options.rounds, Time: b.options.time,
		Progress: func(text string) { progress("%s", text) },
	}
	if b.report.Levels, err = levels.Run(ctx); err != nil {
		return err
	}
	return b.noteMemory(hosts, "after the load")
}

// subjects are in the order in which they are measured.
func (b *bench) subjects(bare *rig.Program, hosts []runningHost) []trial.Subject {
	subjects := []trial.Subject{
		{Name: directName, Targets: modelTargets(b.model)},
		{Name: hopName, Targets: modelTargets(bare.URL), PID: bare.PID()},
		{Name: collectedName, PID: bare.PID(), Targets: map[trial.Form]load.Target{
			trial.Plain: modelTarget(bare.URL+hop.Collected, true),
		}},
	}
	for _, host := range hosts {
		subjects = append(subjects, host.subject)
	}
	return subjects
}

// warmUp lets every subject reach its steady state.
func (b *bench) warmUp(ctx context.Context, subjects []trial.Subject) error {
	progress("warm up")
	for _, subject := range subjects {
		for form, target := range subject.Targets {
			result, err := load.Run(ctx, b.client, load.Spec{
				Target: target, Conversations: trial.Names("warm", 4), Duration: 500 * time.Millisecond,
			})
			if err != nil {
				return err
			}
			if result.Failed > 0 {
				return fmt.Errorf("%s, %s: %w", subject.Name, form, result.Failure)
			}
		}
	}
	return nil
}
