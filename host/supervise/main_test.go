package supervise_test

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/hashicorp/go-hclog"
	"go.uber.org/goleak"

	"github.com/bothost/bothost/host/internal/fakeplugin"
	"github.com/bothost/bothost/host/supervise"
)

// TestMain makes this binary the plugins, and the host that is killed, of its
// own tests.
func TestMain(m *testing.M) {
	fakeplugin.Main()
	if dir := os.Getenv(doomedHost); dir != "" {
		runDoomedHost(dir)
	}
	goleak.VerifyTestMain(m)
}

// folder holds executables; it is the Catalog of the tests.
type folder struct {
	dir string

	mutex    sync.Mutex
	versions map[string]string
	files    map[string]string
}

func (f *folder) Binary(plugin string) (supervise.Binary, error) {
	f.mutex.Lock()
	defer f.mutex.Unlock()
	path := filepath.Join(f.dir, cmp.Or(f.files[plugin], plugin))
	if _, err := os.Stat(path); err != nil {
		return supervise.Binary{}, fmt.Errorf("no plugin %s", plugin)
	}
	return supervise.Binary{Plugin: plugin, Path: path, Checksum: "v1" + f.versions[plugin]}, nil
}

// replace makes a plugin's file another one, as far as its checksum tells.
func (f *folder) replace(plugin, file string) {
	f.mutex.Lock()
	defer f.mutex.Unlock()
	f.versions = map[string]string{plugin: f.versions[plugin] + "+"}
	f.files = map[string]string{plugin: file}
}

// logBuffer is a log that may be read while it is written.
type logBuffer struct {
	mutex sync.Mutex
	text  bytes.Buffer
}

func (b *logBuffer) Write(data []byte) (int, error) {
	b.mutex.Lock()
	defer b.mutex.Unlock()
	return b.text.Write(data)
}

func (b *logBuffer) String() string {
	b.mutex.Lock()
	defer b.mutex.Unlock()
	return b.text.String()
}

// raceExits keeps the race detector from sleeping for a second at a process's
// end.
const raceExits = "GORACE=atexit_sleep_ms=0"

// newLauncher makes one with a short socket folder, and its log.
func newLauncher(t *testing.T) (supervise.Launcher, *logBuffer) {
	t.Helper()
	sockets, err := os.MkdirTemp("", "s")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		left, err := os.ReadDir(sockets)
		if err != nil || len(left) > 0 {
			t.Errorf("sockets are left: %v %v", left, err)
		}
		_ = os.RemoveAll(sockets)
	})
	log := &logBuffer{}
	return supervise.Launcher{
		SocketDir: sockets,
		Env:       []string{raceExits},
		Logger:    hclog.New(&hclog.LoggerOptions{Output: log, Level: hclog.Debug}),
	}, log
}

// link puts plugins into a new folder.
func link(t *testing.T, names ...string) *folder {
	t.Helper()
	dir := t.TempDir()
	for _, name := range names {
		fakeplugin.Link(t, dir, name)
	}
	return &folder{dir: dir}
}

// newSupervisor makes one over the named plugins and shuts it down in the end.
func newSupervisor(t *testing.T, names ...string) (*supervise.Supervisor, *folder, *logBuffer) {
	t.Helper()
	launcher, log := newLauncher(t)
	catalog := link(t, names...)
	s := supervise.New(supervise.Settings{
		Launcher: launcher, Catalog: catalog, DataDir: t.TempDir(),
		// Longer than a busy machine is away.
		Suspension: 4 * time.Second,
	})
	t.Cleanup(func() { shutDown(t, s) })
	return s, catalog, log
}

func shutDown(t *testing.T, s *supervise.Supervisor) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	if err := s.Shutdown(ctx); err != nil {
		t.Errorf("shut down: %v", err)
	}
}

// config makes an instance's configuration or a check's options.
func config(t *testing.T, options fakeplugin.Options) []byte {
	t.Helper()
	raw, err := json.Marshal(options)
	if err != nil {
		t.Fatal(err)
	}
	return raw
}

// open opens an instance that is to open.
func open(t *testing.T, s *supervise.Supervisor, plugin, key string) *supervise.Instance {
	t.Helper()
	instance, err := s.Open(t.Context(), supervise.Spec{Plugin: plugin, Key: key, Config: config(t, fakeplugin.Options{Note: key})})
	if err != nil {
		t.Fatalf("open %s: %v", plugin, err)
	}
	return instance
}

// look asks the plugin how it is.
func look(t *testing.T, instance *supervise.Instance) fakeplugin.Summary {
	t.Helper()
	text, err := instance.Check(t.Context(), nil)
	if err != nil {
		t.Fatalf("check: %v", err)
	}
	var summary fakeplugin.Summary
	if err := json.Unmarshal([]byte(text), &summary); err != nil {
		t.Fatal(err)
	}
	return summary
}

// signal sends one to a plugin's process, which may have ended just now. Never to
// 0: that is this test and all that started it.
func signal(t *testing.T, pid int, number syscall.Signal) {
	t.Helper()
	if pid <= 1 {
		t.Fatalf("a plugin's process has the id %d", pid)
	}
	if err := syscall.Kill(pid, number); err != nil && !errors.Is(err, syscall.ESRCH) {
		t.Fatal(err)
	}
}

// eventually waits until a condition holds that no channel tells of.
func eventually(t *testing.T, limit time.Duration, what string, condition func() bool) {
	t.Helper()
	for deadline := time.Now().Add(limit); !condition(); time.Sleep(10 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("after %s not yet: %s", limit, what)
		}
	}
}
