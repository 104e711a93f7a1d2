//go:build linux

package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"

	"github.com/bothost/bothost/host/chaos/internal/faults"
	"github.com/bothost/bothost/host/chaos/internal/history"
)

// mostShown bounds the violations that are printed; the file has them all.
const mostShown = 50

// result is what came of a run.
type result struct {
	history    *history.History
	violations []history.Violation
	injected   map[string]int
	// driven is the time until the last client had ended, elapsed until all had
	// been read.
	driven, elapsed time.Duration
	// died tells of hosts that ended without having been killed.
	died error
}

// verdict is nil if nothing is wrong.
func (r *result) verdict(o options) error {
	var err error
	if len(r.violations) > 0 {
		err = fmt.Errorf("%d violations", len(r.violations))
	}
	if found := r.count(); found.acknowledged < o.atLeast {
		err = errors.Join(err, fmt.Errorf("%d turns were acknowledged, and %d wanted", found.acknowledged, o.atLeast))
	}
	return errors.Join(err, r.died)
}

func (r *result) print(w io.Writer) {
	f := r.count()
	fmt.Fprintf(w, "%d messages, %d acknowledged in %.0f s (%.0f a second); read and checked after %.0f s\n",
		f.messages, f.acknowledged, r.driven.Seconds(), float64(f.acknowledged)/r.driven.Seconds(), r.elapsed.Seconds())
	fmt.Fprintf(w, "%d attempts: %d refused, %d without an answer, %d answered by a replay\n", f.attempts, f.refused, f.unknown, f.replayed)
	fmt.Fprintf(w, "from a message to its acknowledgement, with all retries: %s\n", describe(f.latencies))
	fmt.Fprintf(w, "the same after the last fault: %s\n", describe(f.recoveries))
	fmt.Fprintf(w, "%d prompts reached the model; %d transcripts were read; %d deletions\n",
		len(r.history.Asks), len(r.history.Transcripts), len(r.history.Deletions))
	fmt.Fprint(w, "faults:")
	for _, kind := range faults.Kinds() {
		if n, ok := r.injected[kind]; ok {
			fmt.Fprintf(w, " %s %d", kind, n)
		}
	}
	fmt.Fprintln(w)
	for _, violation := range r.violations[:min(len(r.violations), mostShown)] {
		fmt.Fprintln(w, violation)
	}
	if len(r.violations) == 0 {
		fmt.Fprintln(w, "nothing lost, nothing doubled, nothing out of order, nothing crossed")
	}
}

// save writes the history, and what is wrong with it, beside the logs.
func (r *result) save(folder string) error {
	for name, value := range map[string]any{"history.json": r.history, "violations.json": r.violations} {
		encoded, err := json.Marshal(value)
		if err != nil {
			return fmt.Errorf("encode %s: %w", name, err)
		}
		if err := os.WriteFile(filepath.Join(folder, name), encoded, 0o600); err != nil {
			return fmt.Errorf("keep the history: %w", err)
		}
	}
	return nil
}
