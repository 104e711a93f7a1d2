//go:build linux

package faults_test

import (
	"bytes"
	"context"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/goleak"

	"github.com/bothost/bothost/host/chaos/internal/cluster"
	"github.com/bothost/bothost/host/chaos/internal/faults"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// TestRun: every kind has its turn, is counted and written down, until the end.
func TestRun(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		began := time.Now()
		var log bytes.Buffer
		j := &faults.Injector{Elapsed: func() time.Duration { return time.Since(began) }, Log: &log, Pause: time.Second}
		var deleted, changed int
		err := j.Fill([]string{"delete", "change", "kill-llm"}, faults.Target{
			// A host that does not run has no plugin to kill.
			Cluster: &cluster.Cluster{Instances: []*cluster.Instance{{}}},
			Delete:  func(context.Context) error { deleted++; return context.DeadlineExceeded },
			Change:  func(context.Context) error { changed++; return nil },
		})
		if err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		if err := j.Run(ctx, 1, 7); err != nil {
			t.Error(err)
		}
		if took := time.Since(began); took != time.Minute {
			t.Errorf("it took %v", took)
		}
		injected := j.Injected()
		if injected["delete"] != deleted || injected["change"] != changed || injected["kill-llm"] != 0 {
			t.Errorf("%v are counted, %d deletions and %d changes were made", injected, deleted, changed)
		}
		if deleted < 20 || changed < 20 || max(deleted, changed) > min(deleted, changed)+1 {
			t.Errorf("%d deletions and %d changes in a minute", deleted, changed)
		}
		if lines := strings.Count(log.String(), "\n"); lines != deleted+changed {
			t.Errorf("%d lines in the log", lines)
		}
	})
}

// TestFill: kinds must be known, and what needs a database is left out where
// there is none.
func TestFill(t *testing.T) {
	t.Parallel()
	target := faults.Target{Cluster: &cluster.Cluster{}}
	var j faults.Injector
	if err := j.Fill([]string{"kill-hosts"}, target); err == nil || !strings.Contains(err.Error(), "kill-host,") {
		t.Errorf("an unknown kind: %v", err)
	}
	if err := j.Fill(faults.Kinds(), target); err != nil {
		t.Error(err)
	}
	for _, kind := range faults.Kinds() {
		if _, isThere := j.Injected()[kind]; isThere == faults.ForDatabase(kind) {
			t.Errorf("%s without a database: %t", kind, isThere)
		}
	}
}
