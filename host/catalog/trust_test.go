package catalog_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/bothost/bothost/host/catalog"
)

func TestDirectoryOfOthersIsRefused(t *testing.T) {
	t.Parallel()
	f := newFixture(t, "llm-good")
	if err := os.Chmod(f.Dir, 0o777); err != nil {
		t.Fatal(err)
	}
	if got := entry(t, f.load(t), "llm-good"); got.State != catalog.Refused || !strings.Contains(got.Reason, f.Dir) || f.described.Load() != 0 {
		t.Errorf("entry is %+v", got)
	}
	f.Dir = filepath.Join(f.Dir, "nowhere")
	if _, err := catalog.Load(t.Context(), f.Settings); err == nil || !strings.Contains(err.Error(), "plugin directory") {
		t.Errorf("error is %v", err)
	}
}

func TestFileOfAnotherUserIsRefused(t *testing.T) {
	t.Parallel()
	if os.Geteuid() != 0 {
		t.Skip("only root can give files away")
	}
	f := newFixture(t)
	f.write(t, "llm-one", "hello", 0o755)
	if err := os.Chown(filepath.Join(f.Dir, "llm-one"), 12345, -1); err != nil {
		t.Fatal(err)
	}
	if got := entry(t, f.load(t), "llm-one"); got.State != catalog.Refused || !strings.Contains(got.Reason, "belongs to user 12345") {
		t.Errorf("entry is %+v", got)
	}
}
