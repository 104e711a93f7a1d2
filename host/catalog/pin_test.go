package catalog_test

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/bothost/bothost/host/catalog"
)

func (f *fixture) pin(t *testing.T, keep bool) []string {
	t.Helper()
	names, err := catalog.Pin(f.Dir, keep)
	if err != nil {
		t.Fatal(err)
	}
	return names
}

func TestPinnedDirectoryRunsNothingElse(t *testing.T) {
	t.Parallel()
	f := newFixture(t, "llm-one")
	f.write(t, "README.md", "hello", 0o644)
	if names := f.pin(t, false); !slices.Equal(names, []string{"llm-one"}) {
		t.Errorf("pinned are %v", names)
	}
	f.write(t, "llm-two", "#!/bin/sh\nexit 1\n", 0o755)
	c := f.load(t)
	if got := entry(t, c, "llm-one"); got.State != catalog.Idle || !got.Pinned {
		t.Errorf("pinned: %+v", got)
	}
	got := entry(t, c, "llm-two")
	if got.State != catalog.Refused || got.Pinned || !strings.Contains(got.Reason, "bothost plugin pin --plugin-dir "+f.Dir) {
		t.Errorf("not pinned: %+v", got)
	}
	if f.described.Load() != 1 {
		t.Error("what is not pinned was started")
	}
	f.pin(t, false)
	if got := entry(t, f.load(t), "llm-two"); !got.Pinned {
		t.Errorf("pinned now: %+v", got)
	}
}

func TestLockMayHoldSeveralChecksums(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	f.write(t, "llm-one", "first", 0o755)
	f.pin(t, false)
	f.write(t, "llm-one", "second", 0o755)
	f.pin(t, true)
	for _, content := range []string{"first", "second"} {
		f.write(t, "llm-one", content, 0o755)
		if got := entry(t, f.load(t), "llm-one"); !got.Pinned {
			t.Errorf("%s is not pinned", content)
		}
	}
	f.pin(t, false)
	f.write(t, "llm-one", "first", 0o755)
	if got := entry(t, f.load(t), "llm-one"); got.Pinned {
		t.Error("what was replaced is still pinned")
	}
}

func TestUnusableLockRefusesEverything(t *testing.T) {
	t.Parallel()
	checksum := "sha256:" + strings.Repeat("0", 64)
	for name, test := range map[string]struct {
		content string
		mode    os.FileMode
		want    string
	}{
		"writable":     {"", 0o666, "others may write"},
		"a word":       {"# fine\n\nllm-one\n", 0o644, "line 3"},
		"short":        {"sha256:00 llm-one\n", 0o644, "line 1"},
		"no plugin":    {checksum + " one\n", 0o644, "line 1"},
		"empty":        {"", 0o644, "does not name its checksum"},
		"another's":    {checksum + "  llm-one\n", 0o644, "does not name its checksum"},
		"endless line": {strings.Repeat("x", 1<<17), 0o644, "too long"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := newFixture(t)
			f.write(t, "llm-one", "any", 0o755)
			f.write(t, catalog.LockName, test.content, test.mode)
			if got := entry(t, f.load(t), "llm-one"); got.State != catalog.Refused || !strings.Contains(got.Reason, test.want) {
				t.Errorf("entry is %+v, want %q", got, test.want)
			}
		})
	}
}

func TestPinRefusesWhatCouldNotBeUsed(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	f.write(t, "llm-one", "any", 0o666)
	if _, err := catalog.Pin(f.Dir, false); err == nil || !strings.Contains(err.Error(), "approve llm-one") {
		t.Errorf("error is %v", err)
	}
	if _, err := os.Stat(filepath.Join(f.Dir, catalog.LockName)); err == nil {
		t.Error("there is a lock")
	}
	if err := os.Chmod(f.Dir, 0o777); err != nil {
		t.Fatal(err)
	}
	if _, err := catalog.Pin(f.Dir, false); err == nil {
		t.Error("a directory of others was pinned")
	}
}

func TestRefusalKeepsOtherSystemsPinned(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	for _, test := range []struct{ content, command string }{{"first", "pin --plugin-dir"}, {"second", "pin --keep --plugin-dir"}} {
		f.write(t, "llm-one", test.content, 0o755)
		f.pin(t, true)
		f.write(t, "llm-one", "another", 0o755)
		if got := entry(t, f.load(t), "llm-one"); !strings.Contains(got.Reason, test.command) {
			t.Errorf("the reason is %q", got.Reason)
		}
	}
}
