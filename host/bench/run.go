//go:build linux

package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"time"

	"github.com/bothost/bothost/host/bench/internal/proc"
)

// idleConnections is as many as the highest level of load that is usual.
const idleConnections = 1024

// bench is one run.
type bench struct {
	options options
	// folder holds what is removed afterwards.
	folder string
	client *http.Client
	// model is where the fake model is.
	model    string
	backends []backend
	stops    []func()
	report   report
}

// run measures what the arguments ask for and writes the report.
func run(ctx context.Context, args []string, output io.Writer) (err error) {
	o, err := parseOptions(args, os.Stderr)
	if err != nil {
		return err
	}
	if o.bin, err = filepath.Abs(o.bin); err != nil {
		return fmt.Errorf("find %s: %w", o.bin, err)
	}
	b := &bench{options: o, report: newReport(o), client: &http.Client{Transport: &http.Transport{
		MaxIdleConns: idleConnections, MaxIdleConnsPerHost: idleConnections, DisableCompression: true,
	}}}
	defer b.stop()
	before, err := proc.WorkSoFar()
	if err != nil {
		return err
	}
	began := time.Now()
	err = b.measure(ctx)
	took := time.Since(began)
	b.report.Seconds = took.Seconds()
	if now, err := proc.WorkSoFar(); err == nil {
		b.report.Machine.Others = now.Others(before, took)
	}
	b.report.Targets = targets(b.report)
	// What was measured before something failed is worth having.
	return errors.Join(err, b.report.write(output, o.isJSON))
}

func (r report) write(output io.Writer, isJSON bool) error {
	if !isJSON {
		return r.print(output)
	}
	encoder := json.NewEncoder(output)
	encoder.SetIndent("", "  ")
	return encoder.Encode(r)
}

// measure fills the report. Each part starts the hosts that it measures, and
// stops them.
func (b *bench) measure(ctx context.Context) error {
	if err := b.start(ctx); err != nil {
		return err
	}
	for _, part := range []struct {
		name    string
		measure func(context.Context) error
	}{
		{partTurns, b.turns},
		{partLength, b.lengths},
		{partTenants, b.tenants},
		{partStreams, b.streams},
		{partCold, b.coldStarts},
		{partBoundary, b.boundary},
	} {
		if !b.options.does(part.name) {
			continue
		}
		if err := part.measure(ctx); err != nil {
			return fmt.Errorf("%s: %w", part.name, err)
		}
	}
	return nil
}

// stop ends everything that was started, the last first.
func (b *bench) stop() {
	b.client.CloseIdleConnections()
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
func progress(format string, values ...any) { fmt.Fprintf(os.Stderr, "bench: "+format+"\n", values...) }
