package catalog_test

import (
	"context"
	"os"
	"path/filepath"
	"slices"
	"sync/atomic"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/bothost/bothost/host/catalog"
	"github.com/bothost/bothost/host/internal/fakeplugin"
	"github.com/bothost/bothost/host/supervise"
	pluginv1 "github.com/bothost/bothost/sdk/plugin/v1"
)

func TestMain(m *testing.M) {
	fakeplugin.Main()
	goleak.VerifyTestMain(m)
}

// fixture is a plugin directory and what it is loaded with.
type fixture struct {
	catalog.Settings
	launcher  supervise.Launcher
	described atomic.Int32
}

func newFixture(t *testing.T, plugins ...string) *fixture {
	t.Helper()
	sockets, err := os.MkdirTemp("", "s")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(sockets) })
	f := &fixture{launcher: supervise.Launcher{
		SocketDir: sockets, StartTimeout: 4 * time.Second,
		// The race detector would sleep for a second at each process's end.
		Env: []string{"GORACE=atexit_sleep_ms=0"},
	}}
	f.Settings = catalog.Settings{
		Dir: t.TempDir(), PrivateDir: t.TempDir(), CacheDir: filepath.Join(t.TempDir(), "cache"),
		Describe: func(ctx context.Context, binary supervise.Binary) (*pluginv1.DescribeResponse, error) {
			f.described.Add(1)
			return f.launcher.Describe(ctx, binary)
		},
	}
	for _, plugin := range plugins {
		fakeplugin.Link(t, f.Dir, plugin)
	}
	f.own(t)
	return f
}

// own makes the directory as it must be, whatever the umask.
func (f *fixture) own(t *testing.T) {
	t.Helper()
	if err := os.Chmod(f.Dir, 0o755); err != nil {
		t.Fatal(err)
	}
}

// write puts a file there that was written long ago.
func (f *fixture) write(t *testing.T, name, content string, mode os.FileMode) {
	t.Helper()
	path := filepath.Join(f.Dir, name)
	if err := os.WriteFile(path, []byte(content), mode); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(path, mode); err != nil {
		t.Fatal(err)
	}
	if err := os.Chtimes(path, time.Time{}, time.Now().Add(-time.Hour)); err != nil {
		t.Fatal(err)
	}
}

func (f *fixture) load(t *testing.T) *catalog.Catalog {
	t.Helper()
	c, err := catalog.Load(t.Context(), f.Settings)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func entry(t *testing.T, c *catalog.Catalog, plugin string) catalog.Entry {
	t.Helper()
	entries := c.Entries()
	i := slices.IndexFunc(entries, func(e catalog.Entry) bool { return e.Plugin == plugin })
	if i < 0 {
		t.Fatalf("no entry %s", plugin)
	}
	return entries[i]
}
