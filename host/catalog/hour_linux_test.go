package catalog_test

import (
	"context"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/bothost/bothost/host/catalog"
	"github.com/bothost/bothost/host/internal/fakeplugin"
	"github.com/bothost/bothost/host/supervise"
	pluginv1 "github.com/bothost/bothost/sdk/plugin/v1"
)

// triesAnHour is how often a file is tried within an hour.
const triesAnHour = 16

// TestAnHourOfBadFilesLeavesNothing lives through the tries of an hour, with real
// processes, and compares what the host holds with what it held after the first
// few. It counts what the whole process holds, and so runs alone.
func TestAnHourOfBadFilesLeavesNothing(t *testing.T) { //nolint:paralleltest // see above
	f := newFixture(t, "llm-good", fakeplugin.Exits, fakeplugin.Hangs, fakeplugin.Noisy, fakeplugin.Changeling)
	f.write(t, "llm-text", "hello", 0o755)
	f.write(t, "llm-plain", "hello", 0o644)
	f.write(t, "llm-open", "hello", 0o757)
	f.write(t, "llm-floods", "#!/bin/sh\nwhile :; do echo flood >&2; done\n", 0o755)
	f.write(t, "llm-odd", "#!/bin/sh\necho '{\"@message\":5}' >&2; echo '[1' >&2; exit 1\n", 0o755)
	if err := os.Symlink(filepath.Join(f.Dir, "llm-good"), filepath.Join(f.Dir, "llm-link")); err != nil {
		t.Fatal(err)
	}
	f.KeptDir = filepath.Join(t.TempDir(), "kept")
	f.launcher.StartTimeout = 100 * time.Millisecond
	f.Hasten(1000)
	tries := &triesOf{of: map[string]int{}, launcher: f.launcher}
	f.Describe = tries.describe
	c := f.load(t)
	ctx, stop := context.WithCancel(t.Context())
	var watching sync.WaitGroup
	watching.Go(func() { c.Watch(ctx, nobody{}, catalog.Notify) })
	defer watching.Wait()
	defer stop()

	const bad = 7 // the others are refused before they are tried
	tries.await(t, bad, triesAnHour/4)
	early := tries.measure(t, f)
	tries.await(t, bad, triesAnHour)
	late := tries.measure(t, f)
	t.Logf("early %+v, after an hour %+v", early, late)
	// Each file may be under examination while it is measured: a goroutine, the file
	// and its copy. What is left by each try would be more than three times as much.
	const examined = 2 * 10
	if late.goroutines > early.goroutines+examined || late.files > early.files+examined || late.descriptors > early.descriptors+examined {
		t.Error("goroutines, files or descriptors became more")
	}
	if late.processes > 0 || late.heap > early.heap+2<<20 {
		t.Error("there are processes, or memory became more")
	}
	if _, err := c.Lookup("llm-good"); err != nil {
		t.Error(err)
	}
}

// nobody uses plugins.
type nobody struct{}

func (nobody) Replace(_ context.Context, _, _ catalog.Entry, commit func()) error {
	commit()
	return nil
}

func (nobody) Withdraw(context.Context, string) error { return nil }

// triesOf counts how often each plugin was tried.
type triesOf struct {
	launcher supervise.Launcher
	// gate is closed while levels are measured.
	gate  sync.RWMutex
	mutex sync.Mutex
	of    map[string]int
}

func (r *triesOf) describe(ctx context.Context, binary supervise.Binary) (*pluginv1.DescribeResponse, error) {
	r.gate.RLock()
	defer r.gate.RUnlock()
	defer func() {
		r.mutex.Lock()
		defer r.mutex.Unlock()
		r.of[binary.Plugin]++
	}()
	launcher := r.launcher
	if binary.Plugin == "llm-good" {
		launcher.StartTimeout = time.Minute
	}
	return launcher.Describe(ctx, binary)
}

// measure measures between two tries.
func (r *triesOf) measure(t *testing.T, f *fixture) levels {
	t.Helper()
	r.gate.Lock()
	defer r.gate.Unlock()
	return measure(t, f)
}

// await waits until so many plugins were tried so often.
func (r *triesOf) await(t *testing.T, plugins, often int) {
	t.Helper()
	for began := time.Now(); ; time.Sleep(10 * time.Millisecond) {
		r.mutex.Lock()
		enough := 0
		for _, tries := range r.of {
			if tries >= often {
				enough++
			}
		}
		r.mutex.Unlock()
		if enough >= plugins {
			return
		}
		if time.Since(began) > 2*time.Minute {
			t.Fatalf("tried %v", r.of)
		}
	}
}
