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

// crashesBetween is how often a plugin may crash before it is taken for broken.
// Another file is forgiven what the one before it did.
const crashesBetween = 4

// TestEndureCrashes kills every plugin of a turn, again and again, and finds nothing
// left of those that are gone. It does not run beside other tests: what is counted
// is this process's.
func TestEndureCrashes(t *testing.T) {
	plugins := []string{"llm-ollama", "memory-buffer", askedMemory, "store-sqlite"}
	dir := newPluginDir(t, "llm-ollama", "memory-buffer", "store-sqlite")
	dir.put(askedMemory, buildAsked(t))
	s := newSite(t, object{"plugin_dir": dir.path, "bot": object{"llm": answering(t, 10*time.Millisecond)}})
	s.api().register("plain", object{})
	s.api().register("asked", object{"memory": object{"type": "asked"}})
	faults := newFaults(s, dir)
	crash := func() {
		callers := call(t, s, 8, "plain", "asked")
		for range crashesBetween {
			faults.hit(syscall.SIGKILL, plugins...)
			callers.answered()
		}
		callers.hangUp()
		callers.judge(listeners)
	}
	times, isLong := endureTimes(t)
	contents, rounds := 1, 1
	if isLong {
		// More contents of a file than anything is kept of.
		contents, rounds = 7, 5*times/crashesBetween
	}
	crash()
	for range contents {
		faults.replace(plugins...)
	}
	before := s.measure()
	for i := range rounds {
		if i > 0 {
			faults.replace(plugins...)
		}
		crash()
	}
	after := s.measure()
	for began := time.Now(); after.exceeds(before) && time.Since(began) < 20*time.Second; after = s.measure() {
		time.Sleep(100 * time.Millisecond)
	}
	report(t, "%d crashes of each plugin: %+v before, %+v after", crashesBetween*rounds, before, after)
	if after.exceeds(before) {
		t.Errorf("%d crashes of each plugin left something: there were %+v and are %+v", crashesBetween*rounds, before, after)
	}
}

// holdings is what this process, and the host in it, hold.
type holdings struct{ goroutines, descriptors, processes, files, kilobytes int }

// exceeds leaves room only for memory, which is never the same.
func (h holdings) exceeds(before holdings) bool {
	return h.goroutines > before.goroutines || h.descriptors > before.descriptors || h.processes > before.processes ||
		h.files > before.files || h.kilobytes > before.kilobytes+4<<10
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
