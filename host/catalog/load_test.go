package catalog_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/bothost/bothost/host/catalog"
	"github.com/bothost/bothost/host/internal/fakeplugin"
	"github.com/bothost/bothost/host/supervise"
)

func TestLoad(t *testing.T) {
	t.Parallel()
	f := newFixture(t, "llm-one", "memory-two", "store-three")
	c := f.load(t)
	for kind, name := range map[string]string{"llm": "one", "memory": "two", "store": "three"} {
		if names := c.Names(kind); !slices.Equal(names, []string{name}) {
			t.Errorf("names of %s: %v", kind, names)
		}
		got, err := c.Lookup(kind + "-" + name)
		if err != nil {
			t.Fatal(err)
		}
		if got.Version != "1.2.3" || got.State != catalog.Idle || !strings.HasPrefix(got.Checksum, "sha256:") || got.Pinned {
			t.Errorf("entry is %+v", got)
		}
		if filepath.Dir(filepath.Dir(got.Path)) != f.PrivateDir {
			t.Errorf("%s would be run, not a copy", got.Path)
		}
		if got.Volatile != (kind == "store") || got.Serves("TenantStoreService") || !got.Serves("PluginService") {
			t.Errorf("entry is %+v", got)
		}
	}
	if parsed, err := c.Schema("llm-one"); err != nil || !strings.Contains(string(parsed.Raw()), "note") {
		t.Errorf("schema: %v", err)
	}
	binary, err := c.Binary("llm-one")
	if got := entry(t, c, "llm-one"); err != nil || binary != (supervise.Binary{Plugin: "llm-one", Path: got.Path, Checksum: got.Checksum}) {
		t.Errorf("binary is %+v, %v", binary, err)
	}
}

func TestBadFilesAreRefusedWithTheirReason(t *testing.T) {
	t.Parallel()
	f := newFixture(t, "llm-good", fakeplugin.Exits, fakeplugin.Hangs, fakeplugin.Noisy, fakeplugin.Floods, fakeplugin.OddLog,
		fakeplugin.Stranger, fakeplugin.Changeling, fakeplugin.Partial, fakeplugin.BadSchema)
	f.write(t, "llm-text", "hello", 0o755)
	f.write(t, "llm-plain", "hello", 0o644)
	f.write(t, "llm-open", "hello", 0o757)
	f.write(t, "llm-group", "hello", 0o775)
	f.write(t, "README.md", "hello", 0o644)
	f.write(t, "llm-", "hello", 0o755)
	f.write(t, "tool-x", "hello", 0o755)
	f.write(t, ".hidden", "hello", 0o644)
	if err := os.Mkdir(filepath.Join(f.Dir, "llm-folder"), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(filepath.Join(f.Dir, "llm-good"), filepath.Join(f.Dir, "llm-link")); err != nil {
		t.Fatal(err)
	}
	if err := syscall.Mkfifo(filepath.Join(f.Dir, "llm-fifo"), 0o755); err != nil {
		t.Fatal(err)
	}
	c := f.load(t)
	for _, test := range []struct {
		plugin string
		state  catalog.State
		reason string
	}{
		{"llm-good", catalog.Idle, ""},
		{fakeplugin.Floods, catalog.Idle, ""},
		{fakeplugin.OddLog, catalog.Idle, ""},
		{fakeplugin.Exits, catalog.Refused, "no licence found"},
		{fakeplugin.Hangs, catalog.Refused, "waiting for the moon"},
		{fakeplugin.Noisy, catalog.Refused, "Welcome to my plugin!"},
		{fakeplugin.Stranger, catalog.Refused, `"llm-somebody"`},
		{fakeplugin.Changeling, catalog.Refused, "KIND_STORE"},
		{fakeplugin.Partial, catalog.Refused, "does not serve bothost.plugin.v1.LLMService"},
		{fakeplugin.BadSchema, catalog.Refused, "schema"},
		{"llm-text", catalog.Refused, "not a program for this system"},
		{"llm-plain", catalog.Refused, "chmod +x"},
		{"llm-open", catalog.Refused, "others may write"},
		{"llm-group", catalog.Refused, "others may write"},
		{"llm-folder", catalog.Refused, "not a regular file"},
		{"llm-link", catalog.Refused, "symbolic link"},
		{"llm-fifo", catalog.Refused, "not a regular file"},
		{"README.md", catalog.Ignored, "<kind>-<name>"},
		{"llm-", catalog.Ignored, "<kind>-<name>"},
		{"tool-x", catalog.Ignored, "<kind>-<name>"},
	} {
		got := entry(t, c, test.plugin)
		if got.State != test.state || !strings.Contains(got.Reason, test.reason) {
			t.Errorf("%s is %s: %s", test.plugin, got.State, got.Reason)
		}
		_, err := c.Lookup(test.plugin)
		if (err == nil) != (test.state == catalog.Idle) {
			t.Errorf("look up %s: %v", test.plugin, err)
		}
		if got.State != catalog.Idle && got.Path != "" {
			t.Errorf("%s could be run", test.plugin)
		}
	}
	if slices.ContainsFunc(c.Entries(), func(e catalog.Entry) bool { return e.Plugin == ".hidden" }) {
		t.Error("a hidden file is listed")
	}
}

func TestDescriptionsAreCached(t *testing.T) {
	t.Parallel()
	f := newFixture(t, "llm-one", "memory-two", fakeplugin.Stranger)
	first := f.load(t)
	if got := f.described.Load(); got != 3 {
		t.Fatalf("described %d", got)
	}
	f.PrivateDir = t.TempDir()
	second := f.load(t)
	if got := f.described.Load(); got != 4 {
		t.Errorf("described %d more, want the one that did not fit", got-3)
	}
	if a, b := entry(t, first, "llm-one"), entry(t, second, "llm-one"); a.Version != b.Version || a.Checksum != b.Checksum || b.Schema == nil {
		t.Errorf("%+v became %+v", a, b)
	}
	cached, err := filepath.Glob(filepath.Join(f.CacheDir, "*"))
	if err != nil || len(cached) != 2 {
		t.Fatalf("cached are %v, %v", cached, err)
	}
	for _, path := range cached {
		if err := os.WriteFile(path, []byte("\xff\xff"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if got := entry(t, f.load(t), "llm-one"); got.State != catalog.Idle || f.described.Load() != 7 {
		t.Errorf("with a spoilt cache: %+v, described %d", got, f.described.Load())
	}
}

func TestTheCopyIsRun(t *testing.T) {
	t.Parallel()
	f := newFixture(t, "llm-one")
	before := entry(t, f.load(t), "llm-one")
	if err := os.Remove(filepath.Join(f.Dir, "llm-one")); err != nil {
		t.Fatal(err)
	}
	f.write(t, "llm-one", "#!/bin/sh\nexit 1\n", 0o755)
	if _, err := f.Describe(t.Context(), supervise.Binary{Plugin: "llm-one", Path: before.Path}); err != nil {
		t.Errorf("the copy does not run: %v", err)
	}
	info, err := os.Stat(before.Path)
	if err != nil || info.Mode().Perm() != 0o500 {
		t.Errorf("the copy is %v, %v", info, err)
	}
	if after := entry(t, f.load(t), "llm-one"); after.Checksum == before.Checksum || after.State != catalog.Refused {
		t.Errorf("after the change it is %+v", after)
	}
}

func TestLoadHeedsItsContext(t *testing.T) {
	t.Parallel()
	f := newFixture(t, fakeplugin.Hangs)
	ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
	defer cancel()
	if _, err := catalog.Load(ctx, f.Settings); err == nil {
		t.Error("it did not fail")
	}
}

// TestHalfAProgramIsNotStarted cuts programs off at the end of a page, where a copy
// rests.
func TestHalfAProgramIsNotStarted(t *testing.T) {
	t.Parallel()
	if runtime.GOOS != "linux" {
		t.Skip("only ELF tells how long a program is")
	}
	f := newFixture(t)
	program, err := os.ReadFile(fakeplugin.Link(t, t.TempDir(), "llm-whole"))
	if err != nil {
		t.Fatal(err)
	}
	const parts = 6
	for part := range parts {
		size := len(program) * part / parts &^ 4095
		f.write(t, fmt.Sprint("llm-", part), string(program[:max(size, 40)]), 0o755)
	}
	f.write(t, "llm-longer", string(program)+"and more", 0o755)
	c := f.load(t)
	for part := range parts {
		got := entry(t, c, fmt.Sprint("llm-", part))
		if got.State != catalog.Refused || !strings.Contains(got.Reason, "it is cut off") {
			t.Errorf("%d of %d: %s, %s", part, parts, got.State, got.Reason)
		}
	}
	if got := entry(t, c, "llm-longer"); got.State != catalog.Idle || f.described.Load() != 1 {
		t.Errorf("described %d; the whole is %s: %s", f.described.Load(), got.State, got.Reason)
	}
}
