//go:build linux

package main

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"time"

	"github.com/bothost/bothost/host/bench/internal/load"
	"github.com/bothost/bothost/host/bench/internal/trial"
	"github.com/bothost/bothost/host/internal/rig"
)

// idleConnections is as many as the highest level of load that is usual.
const idleConnections = 1024

// bench is one run.
type bench struct {
	options options
	// folder holds what is removed afterwards.
	folder string
	client *http.Client
	model  string
	stops  []func()
	hosts  []runningHost
	report report
}

// runningHost is a subject with memory to look at.
type runningHost struct {
	subject trial.Subject
	program *rig.Program
}

func run(ctx context.Context, args []string) (err error) {
	o, err := parseOptions(args, os.Stderr)
	if err != nil {
		return err
	}
	b := &bench{options: o, report: newReport(o), client: &http.Client{Transport: &http.Transport{
		MaxIdleConns: idleConnections, MaxIdleConnsPerHost: idleConnections, DisableCompression: true,
	}}}
	defer b.stop()
	if err := b.measure(ctx); err != nil {
		return err
	}
	if o.isJSON {
		encoder := json.NewEncoder(os.Stdout)
		encoder.SetIndent("", "  ")
		return encoder.Encode(b.report)
	}
	return b.report.print(os.Stdout)
}

// measure fills the report.
func (b *bench) measure(ctx context.Context) error {
	subjects, err := b.start(ctx)
	if err != nil {
		return err
	}
	if err := b.memory("idle"); err != nil {
		return err
	}
	if err := b.warmUp(ctx, subjects); err != nil {
		return err
	}
	levels := trial.Levels{
		Client: b.client, Subjects: subjects, Hop: hopName, Direct: directName,
		Conversations: b.options.conversations, Rounds: b.options.rounds, Time: b.options.time * 7 / 10, Progress: progress,
	}
	if b.report.Levels, err = levels.Run(ctx); err != nil {
		return err
	}
	if err := b.memory("after the load"); err != nil {
		return err
	}
	for _, host := range b.hosts {
		progress(fmt.Sprintf("%s: conversations of %v turns", host.subject.Name, b.options.lengths))
		rows, err := trial.Lengths(ctx, b.client, host.subject, b.options.lengths)
		if err != nil {
			return err
		}
		b.report.Lengths = append(b.report.Lengths, rows...)
	}
	return b.coldStarts(ctx)
}

// warmUp lets every subject reach its steady state.
func (b *bench) warmUp(ctx context.Context, subjects []trial.Subject) error {
	progress("warm up")
	for _, subject := range subjects {
		for form, target := range subject.Targets {
			result, err := load.Run(ctx, b.client, load.Spec{
				Target: target, Conversations: []string{"warm-0", "warm-1", "warm-2", "warm-3"}, Duration: 500 * time.Millisecond,
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

// stop ends everything that was started, the last first.
func (b *bench) stop() {
	for i := len(b.stops) - 1; i >= 0; i-- {
		b.stops[i]()
	}
	if b.folder != "" {
		_ = os.RemoveAll(b.folder)
	}
}

// makeFolder makes the folder of this run, which the database's user may enter.
func (b *bench) makeFolder() (err error) {
	if b.folder, err = os.MkdirTemp("", "bothost-bench-"); err != nil {
		return fmt.Errorf("make a folder: %w", err)
	}
	return os.Chmod(b.folder, 0o711)
}

func (b *bench) file(name string) string { return filepath.Join(b.folder, name) }

// progress tells people what goes on; it is no part of the result.
func progress(text string) { fmt.Fprintln(os.Stderr, "bench: "+text) }
