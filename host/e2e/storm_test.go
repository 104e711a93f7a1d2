package e2e

import (
	"strings"
	"syscall"
	"testing"
	"time"
)

// killPause is how far kills lie apart so that a plugin is not taken for broken.
const killPause = 12500 * time.Millisecond

// storm is what plugins have to endure while callers speak. Faults of which a turn
// bears only one lie so far apart that nobody meets two.
type storm struct {
	t       *testing.T
	faults  *faults
	callers *callers

	times  int
	isLong bool
	pause  time.Duration
	// together are the plugins that are frozen at the same time.
	together    [][]string
	freezeLimit time.Duration
}

func newStorm(t *testing.T, faults *faults, callers *callers) *storm {
	t.Helper()
	// A machine that is busy with other tests is later than the promised 15 s.
	s := &storm{t: t, faults: faults, callers: callers, together: [][]string{faults.plugins}, freezeLimit: time.Minute}
	if s.times, s.isLong = endureTimes(t); !s.isLong {
		return s
	}
	s.pause, s.freezeLimit = killPause, 15*time.Second
	for i := range faults.plugins {
		s.together = append(s.together, faults.plugins[i:i+1])
	}
	return s
}

func (s *storm) replace() {
	for range s.times {
		s.faults.replace(s.faults.plugins...)
	}
}

func (s *storm) kill() {
	for range s.times {
		for _, plugin := range s.faults.plugins {
			s.faults.hit(syscall.SIGKILL, plugin)
		}
		s.callers.answered()
		time.Sleep(s.pause)
	}
}

func (s *storm) freeze() {
	for _, plugins := range s.together {
		s.faults.hit(syscall.SIGSTOP, plugins...)
		s.callers.answered()
	}
}

// wearOut takes half a minute for each plugin.
func (s *storm) wearOut() {
	if s.isLong {
		for _, plugin := range s.faults.plugins {
			s.faults.wearOut(plugin)
		}
	}
}

// strikes has one sort of fault happen. It lasts until everybody has had a turn after
// the last. Others have to do the work of what was struck within a limit, and only
// failures that are excused may come of it.
func (s *storm) strikes(name string, strike func(), excuses func(told) bool, limit time.Duration) {
	s.t.Helper()
	began := time.Now()
	strike()
	s.callers.answered()
	turns, failures := s.callers.judge(excuses)
	figures, slowest := s.faults.figures()
	report(s.t, "%s for %v: %d turns, failed %q; %s", name, time.Since(began).Round(time.Second), turns, failures, figures)
	if slowest > limit {
		s.t.Errorf("plugins were %s, and it took %v until others did their work", name, slowest)
	}
}

// nobody is excused.
func nobody(told) bool { return false }

// everybody is: a plugin is away for longer than a turn waits. The errors have to be
// clear all the same.
func everybody(told) bool { return true }

// listeners have heard the beginning of a reply that nobody can end.
func listeners(attempt told) bool {
	return attempt.heard && strings.Contains(attempt.failure, "llm-ollama: its process ended")
}
