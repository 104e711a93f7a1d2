package e2e

import (
	"fmt"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"
)

// faults happen to the plugins of a site, and are timed.
type faults struct {
	*site
	dir     pluginDir
	plugins []string
	// version counts the files of each plugin.
	version int
	took    map[string][]time.Duration
}

// The tenants of a site for faults: the memory of one is called in each turn, and
// that of the other is not.
const plainTenant, askedTenant = "plain", "asked"

// newEnduring makes a site for faults, on a plugin directory of its own and a model
// that pauses before each part of its replies.
func newEnduring(t *testing.T, pause time.Duration) *faults {
	t.Helper()
	plugins := []string{"llm-ollama", "memory-buffer", "store-sqlite"}
	dir := newPluginDir(t, plugins...)
	dir.put(askedMemory, buildAsked(t))
	s := newSite(t, object{"plugin_dir": dir.path, "bot": object{"llm": answering(t, pause)}})
	s.api().register(plainTenant, object{})
	s.api().register(askedTenant, object{"memory": object{"type": strings.TrimPrefix(askedMemory, "memory-")}})
	return &faults{site: s, dir: dir, plugins: append(plugins, askedMemory), took: map[string][]time.Duration{}}
}

// signal sends the process of a plugin a signal, and returns its id.
func (f *faults) signal(plugin string, signal syscall.Signal) int {
	f.t.Helper()
	pid := int(f.plugin(plugin)["pid"].(float64))
	if pid == 0 {
		f.t.Fatalf("%s does not run", plugin)
	}
	if err := syscall.Kill(pid, signal); err != nil {
		f.t.Fatalf("%s, process %d: %v", plugin, pid, err)
	}
	return pid
}

// replace puts other files in the place of all the plugins at once, and waits until
// all serve and the processes of before have ended.
func (f *faults) replace(plugins ...string) {
	f.t.Helper()
	before := map[string]object{}
	f.version++
	began := time.Now()
	for _, plugin := range plugins {
		before[plugin] = f.plugin(plugin)
		f.dir.change(plugin, f.version)
	}
	for _, plugin := range plugins {
		f.changes(plugin, func(now object) bool {
			return now["state"] == "running" && now["serving"] != before[plugin]["serving"] && now["pid"] != before[plugin]["pid"]
		})
		f.took[plugin] = append(f.took[plugin], time.Since(began))
	}
	for _, plugin := range plugins {
		f.ends(int(before[plugin]["pid"].(float64)))
	}
}

// hit sends the processes of plugins a signal, and waits until others do their work.
func (f *faults) hit(signal syscall.Signal, plugins ...string) {
	f.t.Helper()
	before := map[string]int{}
	began := time.Now()
	for _, plugin := range plugins {
		before[plugin] = f.signal(plugin, signal)
	}
	for _, plugin := range plugins {
		f.changes(plugin, func(now object) bool {
			return now["state"] == "running" && now["pid"] != float64(before[plugin])
		})
		f.took[plugin] = append(f.took[plugin], time.Since(began))
		f.ends(before[plugin])
	}
}

// wearOut kills a plugin until it is taken for broken, and waits until it works again
// by itself.
func (f *faults) wearOut(plugin string) {
	f.t.Helper()
	for state := "running"; state == "running"; {
		killed := f.signal(plugin, syscall.SIGKILL)
		state = f.changes(plugin, func(now object) bool {
			return now["state"] == "broken" || now["state"] == "running" && now["pid"] != float64(killed)
		})["state"].(string)
	}
	for broken := time.Now(); ; time.Sleep(100 * time.Millisecond) {
		took := time.Since(broken)
		if f.plugin(plugin)["state"] == "running" {
			f.took[plugin] = append(f.took[plugin], took)
			return
		}
		if took > patience {
			f.t.Fatalf("%s stays broken", plugin)
		}
	}
}

// ends waits for the end of a process.
func (f *faults) ends(pid int) {
	f.t.Helper()
	for began := time.Now(); runs(pid); time.Sleep(20 * time.Millisecond) {
		if time.Since(began) > 30*time.Second {
			f.t.Fatalf("process %d still runs", pid)
		}
	}
}

// figures gives how long it took, and begins anew.
func (f *faults) figures() (text string, slowest time.Duration) {
	var lines []string
	for plugin, took := range f.took {
		slices.Sort(took)
		last := took[len(took)-1]
		slowest = max(slowest, last)
		lines = append(lines, fmt.Sprintf("%s %d times, p50 %v, max %v", plugin, len(took),
			took[len(took)/2].Round(time.Millisecond), last.Round(time.Millisecond)))
	}
	slices.Sort(lines)
	clear(f.took)
	return strings.Join(lines, "; "), slowest
}
