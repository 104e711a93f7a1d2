package e2e

import (
	"context"
	"fmt"
	"math/rand/v2"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"syscall"
	"testing"
	"time"
)

// TestEndureHostKills kills the host, again and again, while it serves, while a
// plugin is replaced, and while it starts. Nothing of it runs a second later, and
// the next one leaves nothing of its files, wherever they are.
func TestEndureHostKills(t *testing.T) {
	t.Parallel()
	times, isLong := endureTimes(t)
	limit := time.Second
	if !isLong {
		// A machine that is busy with other tests may be late.
		limit = 5 * time.Second
	}
	for name, data := range map[string]string{
		"sockets in the data directory": "d",
		"sockets elsewhere":             "a/data/directory/whose/path/is/too/long/for/the/addresses/of/sockets",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := newPluginDir(t, "llm-echo", "memory-buffer", "store-sqlite")
			temporary, err := os.MkdirTemp("", "e2e")
			dir.check(err)
			t.Cleanup(func() { dir.check(os.RemoveAll(temporary)) })
			data := filepath.Join(temporary, data)
			p := newProgram(t, "TMPDIR="+temporary, "BOTHOST__DATA_DIR="+data, "BOTHOST__PLUGIN_DIR="+dir.path)
			p.api().register("a", object{})
			var took []time.Duration
			for round := range times {
				moments := []func(){
					func() { time.Sleep(rand.N(300 * time.Millisecond)) },
					func() { p.whileReplaced(dir, round) },
					p.whileStarting,
				}
				took = append(took, p.killedAt(temporary, moments[round%len(moments)]))
				p.start()
				p.api().hears("a", "c", "Hello again")
				checkRun(t, temporary, data)
			}
			slices.Sort(took)
			last := took[len(took)-1]
			report(t, "host killed %d times, %s: its plugins had ended after p50 %v, max %v", times, name, took[len(took)/2], last)
			if last > limit {
				t.Errorf("plugins outlived their host by %v", last)
			}
		})
	}
}

// killedAt kills the host under load when a moment has come, and says how long
// something ran of what is in its folder.
func (p *program) killedAt(folder string, moment func()) time.Duration {
	p.t.Helper()
	wait := p.load(8)
	moment()
	p.signal(syscall.SIGKILL)
	<-p.exited
	killed := time.Now()
	p.eventually("nothing of the host runs", 10*time.Second, func() bool { return len(processesOf(p.t, folder)) == 0 })
	took := time.Since(killed)
	wait()
	return took
}

// whileReplaced comes about when another file of a plugin has kept still for long
// enough.
func (p *program) whileReplaced(dir pluginDir, version int) {
	dir.change("llm-echo", version)
	time.Sleep(time.Second + rand.N(300*time.Millisecond))
}

// whileStarting comes while plugins are started by a host that has just begun.
func (p *program) whileStarting() {
	p.signal(syscall.SIGKILL)
	<-p.exited
	p.launch()
	time.Sleep(rand.N(300 * time.Millisecond))
}

// load has callers speak whatever comes of it, until the host has ended.
func (p *program) load(callers int) (wait func()) {
	ctx, cancel := context.WithCancel(context.Background())
	var all sync.WaitGroup
	for i := range callers {
		all.Go(func() {
			for ctx.Err() == nil {
				_, err := p.api().try(ctx, http.MethodPost, "/v1/chat",
					object{"message": "Hello", "conversation_id": fmt.Sprint("c", i)}, "X-Tenant", "a")
				if err != nil {
					return
				}
			}
		})
	}
	return func() {
		cancel()
		all.Wait()
	}
}

// checkRun finds only what belongs to the run of the host that serves: its folder
// with a copy of each plugin, and sockets of those that run, there or elsewhere.
func checkRun(t *testing.T, temporary, data string) {
	t.Helper()
	runs, err := filepath.Glob(filepath.Join(data, "run", "*", "plugins"))
	if err != nil || len(runs) != 1 {
		t.Fatalf("folders of runs: %q, %v", runs, err)
	}
	if copies := entries(t, runs[0]); copies != 3 {
		t.Errorf("%d copies of 3 plugins are there", copies)
	}
	sockets, err := filepath.EvalSymlinks(filepath.Join(filepath.Dir(runs[0]), "s"))
	if err != nil {
		t.Fatal(err)
	}
	if inUse := entries(t, sockets); inUse != len(processesOf(t, temporary)) {
		t.Errorf("there are %d folders of sockets, and %q run", inUse, processesOf(t, temporary))
	}
	elsewhere, err := filepath.Glob(filepath.Join(temporary, "bothost-*"))
	if err != nil || len(elsewhere) > 1 || len(elsewhere) == 1 && elsewhere[0] != sockets {
		t.Errorf("folders of sockets elsewhere: %q, %v; in use is %s", elsewhere, err, sockets)
	}
}
