package e2e

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/bothost/bothost/host/internal/fakemodel"
)

// TestNoTurnFailsOfAReplacement replaces all plugins of a turn, again and again,
// while 64 callers speak.
func TestNoTurnFailsOfAReplacement(t *testing.T) {
	t.Parallel()
	plugins := []string{"llm-ollama", "memory-buffer", "store-sqlite"}
	dir := newPluginDir(t, plugins...)
	s := newSite(t, object{"plugin_dir": dir.path, "bot": object{"llm": fakeOllama(t)}})
	s.api().register("a", object{})
	s.api().hears("a", "first", "Hello")

	stop := make(chan struct{})
	var callers sync.WaitGroup
	var turns atomic.Int64
	for i := range 64 {
		callers.Go(func() {
			for ; ; turns.Add(1) {
				select {
				case <-stop:
					return
				default:
				}
				if answer := s.api().say("a", fmt.Sprint("c", i), "Hello"); answer.status != http.StatusOK {
					t.Errorf("%d %s", answer.status, answer.raw)
					return
				}
			}
		})
	}
	pids := map[int]bool{}
	for version := range 3 {
		before := map[string]object{}
		for _, plugin := range plugins {
			before[plugin] = s.plugin(plugin)
			pids[int(before[plugin]["pid"].(float64))] = true
			dir.change(plugin, version)
		}
		for _, plugin := range plugins {
			s.changes(plugin, func(now object) bool {
				return now["state"] == "running" && now["serving"] != before[plugin]["serving"] && now["pid"] != before[plugin]["pid"]
			})
		}
	}
	close(stop)
	callers.Wait()
	if turns.Load() < 64 || len(pids) != 9 {
		t.Errorf("%d turns, %d processes before the last", turns.Load(), len(pids))
	}
	t.Logf("%d turns", turns.Load())
	for pid := range pids {
		for began := time.Now(); runs(pid); time.Sleep(20 * time.Millisecond) {
			if time.Since(began) > 10*time.Second {
				t.Fatalf("process %d still runs", pid)
			}
		}
	}
	if restarts := s.plugin("store-sqlite")["restarts"]; restarts != 3.0 {
		t.Errorf("%v restarts", restarts)
	}
}

// fakeOllama gives the section of a provider whose model costs nothing.
func fakeOllama(t *testing.T) object {
	t.Helper()
	model, err := fakemodel.New(fakemodel.Settings{Pieces: 4})
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(model)
	t.Cleanup(server.Close)
	return object{"provider": "ollama", "base_url": server.URL, "model": fakemodel.Model}
}
