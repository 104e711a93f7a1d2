package e2e

import (
	"fmt"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"runtime"
	"syscall"
	"testing"
	"time"
)

// crashesBetween is how often a plugin crashes before its file is replaced by another
// one, which is forgiven what the one before it did: a little more, and it is taken
// for broken.
const crashesBetween = 4

// TestEndureCrashes kills every plugin of a turn, again and again, and finds nothing
// left of those that are gone. It does not run beside other tests: what is counted
// is this process's.
func TestEndureCrashes(t *testing.T) {
	faults := newEnduring(t, 10*time.Millisecond)
	times, isLong := endureTimes(t)
	crashes := 2
	var before holdings
	if !isLong {
		faults.crash(t, crashes)
		before = faults.settled()
		faults.crash(t, crashes)
	} else {
		crashes = 5 * times
		// Nothing runs, and can be replaced, before its first turn.
		faults.crash(t, 1)
		// More contents of a file than anything is kept of.
		for range 7 {
			faults.replace(faults.plugins...)
		}
		faults.crash(t, crashesBetween)
		before = faults.settled()
		for crashed := 0; crashed < crashes; crashed += crashesBetween {
			faults.replace(faults.plugins...)
			faults.crash(t, crashesBetween)
		}
	}
	after := faults.settled()
	report(t, "%d crashes of each plugin: %+v before, %+v after", crashes, before, after)
	if after.exceeds(before) {
		t.Errorf("%d crashes of each plugin left something: there were %+v and are %+v", crashes, before, after)
	}
}

// crash kills the plugins while some callers speak.
func (f *faults) crash(t *testing.T, times int) {
	t.Helper()
	callers := call(t, f.site, 8, plainTenant, askedTenant)
	for range times {
		callers.answered()
		f.hit(syscall.SIGKILL, f.plugins...)
	}
	callers.hangUp()
	callers.judge(listeners)
}

// holdings is what this process, and the host in it, hold.
type holdings struct{ goroutines, descriptors, processes, files, kilobytes int }

// exceeds leaves room only for memory, which is never the same.
func (h holdings) exceeds(before holdings) bool {
	return h.goroutines > before.goroutines || h.descriptors > before.descriptors || h.processes > before.processes ||
		h.files > before.files || h.kilobytes > before.kilobytes+4<<10
}

// settled measures until that is the same for a second, apart from memory: what
// ended last takes its time to be gone.
func (s *site) settled() holdings {
	s.t.Helper()
	last := s.measure()
	for began, since := time.Now(), time.Now(); time.Since(since) < time.Second && time.Since(began) < 20*time.Second; {
		time.Sleep(100 * time.Millisecond)
		now := s.measure()
		if now.goroutines != last.goroutines || now.descriptors != last.descriptors || now.files != last.files {
			since = time.Now()
		}
		last = now
	}
	return last
}

func (s *site) measure() holdings {
	s.t.Helper()
	http.DefaultClient.CloseIdleConnections()
	runtime.GC()
	var memory runtime.MemStats
	runtime.ReadMemStats(&memory)
	return holdings{
		goroutines: runtime.NumGoroutine(), descriptors: entries(s.t, "/proc/self/fd"),
		processes: len(processesOf(s.t, s.folder)), files: tree(s.t, s.folder), kilobytes: int(memory.HeapAlloc >> 10),
	}
}

func entries(t testing.TB, folder string) int {
	t.Helper()
	found, err := os.ReadDir(folder)
	if err != nil {
		t.Fatal(err)
	}
	return len(found)
}

// tree counts what is in a folder and the folders in it.
func tree(t testing.TB, folder string) (count int) {
	t.Helper()
	err := filepath.WalkDir(folder, func(string, fs.DirEntry, error) error {
		count++
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return count
}

// processesOf gives the processes whose program is a file in a folder.
func processesOf(t testing.TB, folder string) (pids []string) {
	t.Helper()
	links, err := filepath.Glob("/proc/[0-9]*/exe")
	if err != nil {
		t.Fatal(err)
	}
	for _, link := range links {
		program, err := os.Readlink(link)
		if err != nil {
			continue // it has ended, or is nobody's
		}
		if inside, err := filepath.Rel(folder, program); err == nil && filepath.IsLocal(inside) {
			pids = append(pids, fmt.Sprint(filepath.Base(filepath.Dir(link)), " ", program))
		}
	}
	return pids
}
