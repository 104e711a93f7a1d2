//go:build linux

package main

import (
	"bytes"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"testing"

	"go.uber.org/goleak"

	"github.com/bothost/bothost/host/bench/internal/trial"
)

// TestMain lets the test binary be the programs that the runner starts of itself.
func TestMain(m *testing.M) {
	if len(os.Args) > 1 && slices.Contains([]string{"model", "hop", "united"}, os.Args[1]) {
		main()
		return
	}
	goleak.VerifyTestMain(m)
}

// buildAll makes what make build makes, as far as it is needed here.
func buildAll(t *testing.T) string {
	t.Helper()
	bin := t.TempDir()
	build := func(to string, packages ...string) {
		args := append([]string{"build", "-o", to}, packages...)
		if output, err := exec.Command("go", args...).CombinedOutput(); err != nil {
			t.Fatalf("go %v: %v\n%s", args, err, output)
		}
	}
	build(filepath.Join(bin, "bothost"), "../cmd/bothost")
	build(filepath.Join(bin, "plugins")+"/", "../../plugins/llm-ollama", "../../plugins/memory-buffer", "../../plugins/store-sqlite")
	return bin
}

// Every part measures something, with real processes, and no turn fails.
func TestRun(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("it builds and runs everything")
	}
	var out bytes.Buffer
	err := run(t.Context(), []string{
		"--bin", buildAll(t), "--json", "--no-postgres", "--time", "500ms", "--rounds", "1", "--starts", "1", "--conversations", "1,2",
		"--lengths", "20", "--tenants", "3", "--streams", "4", "--stream-time", "200ms",
	}, &out)
	if err != nil {
		t.Fatal(err)
	}
	var r report
	if err := json.Unmarshal(out.Bytes(), &r); err != nil {
		t.Fatal(err)
	}
	checkTurns(t, r)
	if len(r.Lengths) != 1 || r.Lengths[0].Turns == 0 || r.Lengths[0].Failed != 0 || r.Lengths[0].Written <= 0 || r.Lengths[0].P50ToBase != 1 {
		t.Errorf("lengths: %+v", r.Lengths)
	}
	if len(r.Tenants) != 1 || r.Tenants[0].Start <= 0 || r.Tenants[0].Cold <= 0 || r.Tenants[0].Warm <= 0 || r.Tenants[0].Cached != 3 {
		t.Errorf("tenants: %+v", r.Tenants)
	}
	if len(r.Streams) != 1 || r.Streams[0].Streams != 4 || r.Streams[0].Failed != 0 || r.Streams[0].GapMost <= 0 || r.Streams[0].Memory.RSS <= 0 {
		t.Errorf("streams: %+v", r.Streams)
	}
	checkBoundary(t, r.Boundary)
	if r.ColdStart == nil || r.ColdStart.First <= 0 || r.ColdStart.Again <= 0 {
		t.Errorf("cold start: %+v", r.ColdStart)
	}
}

func checkBoundary(t *testing.T, b *boundary) {
	t.Helper()
	if b == nil || len(b.Turns) != 4 || len(b.Starts) != 3 {
		t.Fatalf("boundary: %+v", b)
	}
	for _, row := range b.Turns {
		for _, sample := range []trial.Sample{row.One, row.Plugins} {
			if sample.Turns == 0 || sample.Failed != 0 || sample.P50 <= 0 || row.P50 <= 0 {
				t.Errorf("boundary: %+v", row)
			}
		}
	}
	for _, row := range b.Starts {
		if row.Alone <= 0 || row.Reply <= 0 || row.ReplyToAlone <= 0 {
			t.Errorf("starts: %+v", row)
		}
	}
}

func checkTurns(t *testing.T, r report) {
	t.Helper()
	// Four plain subjects and three streamed ones, twice.
	if len(r.Levels) != 14 {
		t.Errorf("%d rows of turns", len(r.Levels))
	}
	// The system counts in ticks, of which a few turns may take none.
	var spent float64
	for _, row := range r.Levels {
		isHost := row.Subject == "host, "+sqliteName
		if row.Turns == 0 || row.Failed != 0 || row.P50 <= 0 || isHost && len(row.CPUOf) != 4 {
			t.Errorf("turns: %+v", row)
		}
		spent += row.CPU
	}
	if spent <= 0 {
		t.Error("no turn has cost anything")
	}
	if len(r.Memory) != 3 || r.Memory[1].When != underLoad || r.Memory[1].PSS <= 0 {
		t.Errorf("memory: %+v", r.Memory)
	}
}
