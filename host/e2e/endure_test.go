package e2e

import (
	"fmt"
	"os"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
)

// endureVariable says how often each fault is to come, where it is not the few times
// that fit among other tests; `make endure` sets it.
const endureVariable = "BOTHOST_ENDURE"

// endureTimes says how often each fault comes, and whether there is time for all.
func endureTimes(t *testing.T) (times int, isLong bool) {
	t.Helper()
	text, isLong := os.LookupEnv(endureVariable)
	if !isLong {
		return 3, false
	}
	times, err := strconv.Atoi(text)
	if err != nil || times < 1 {
		t.Fatalf("%s is %q, and not a number of times", endureVariable, text)
	}
	return times, true
}

// report shows figures where somebody waits for them.
func report(t *testing.T, format string, args ...any) {
	t.Helper()
	if _, isLong := endureTimes(t); isLong {
		fmt.Printf(format+"\n", args...)
		return
	}
	t.Logf(format, args...)
}

// killPause is how far kills lie apart so that a plugin is not taken for broken.
const killPause = 12500 * time.Millisecond

// TestEndurePlugins replaces, kills and freezes every plugin of a turn,
// again and again, while 64 callers speak, half of them to a tenant whose memory is
// called in each turn. A replacement is noticed by nobody. Neither is a crash, but by
// who has heard the beginning of a reply from a model whose process is gone. In
// the end every conversation is what its caller was told.
func TestEndurePlugins(t *testing.T) {
	t.Parallel()
	plugins := []string{"llm-ollama", "memory-buffer", askedMemory, "store-sqlite"}
	dir := newPluginDir(t, "llm-ollama", "memory-buffer", "store-sqlite")
	dir.put(askedMemory, buildAsked(t))
	s := newSite(t, object{"plugin_dir": dir.path, "bot": object{"llm": answering(t, 50*time.Millisecond)}})
	s.api().register("plain", object{})
	s.api().register("asked", object{"memory": object{"type": "asked"}})
	callers := call(t, s, 64, "plain", "asked")
	for _, plugin := range plugins {
		s.becomes(plugin, "running", "")
	}
	for _, phase := range phases(t, newFaults(s, dir), plugins) {
		phase.run(t, callers)
	}
	callers.hangUp()
	callers.compare()
}

// phase is a time in which one sort of fault strikes.
type phase struct {
	name   string
	faults *faults
	strike func(*faults)
	// excuses says which failures of turns are borne.
	excuses func(told) bool
	// limit is how long it may take until others do the work of what was struck.
	limit time.Duration
}

func phases(t *testing.T, all *faults, plugins []string) []phase {
	times, isLong := endureTimes(t)
	pause, frozen, freezeLimit := time.Duration(0), [][]string{plugins}, time.Minute
	if isLong {
		// A machine that is busy with other tests is later than the promised 15 s.
		freezeLimit = 15 * time.Second
		pause = killPause
		for i := range plugins {
			frozen = append(frozen, plugins[i:i+1])
		}
	}
	nobody := func(told) bool { return false }
	listeners := func(attempt told) bool {
		return attempt.heard && strings.Contains(attempt.failure, "llm-ollama: its process ended")
	}
	return []phase{
		{"replaced", all, func(f *faults) {
			for range times {
				f.replace(plugins...)
			}
		}, nobody, time.Minute},
		{"killed", all, func(f *faults) {
			for range times {
				for _, plugin := range plugins {
					f.hit(syscall.SIGKILL, plugin)
				}
				time.Sleep(pause)
			}
		}, listeners, time.Minute},
		{"frozen", all, func(f *faults) {
			for _, together := range frozen {
				f.hit(syscall.SIGSTOP, together...)
			}
		}, listeners, freezeLimit},
		{"left alone", all, func(*faults) {}, nobody, 0},
	}
}

// run lasts until everybody has had a turn after the last fault.
func (p phase) run(t *testing.T, callers *callers) {
	t.Helper()
	began := time.Now()
	p.strike(p.faults)
	callers.answered()
	turns, failures := callers.judge(p.excuses)
	figures, slowest := p.faults.figures()
	report(t, "%s for %v: %d turns, failed %q; %s", p.name, time.Since(began).Round(time.Second), turns, failures, figures)
	if slowest > p.limit {
		t.Errorf("plugins were %s, and it took %v until others did their work", p.name, slowest)
	}
}
