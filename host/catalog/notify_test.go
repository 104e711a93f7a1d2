package catalog_test

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/bothost/bothost/host/catalog"
)

func TestNotify(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	changes, stop, err := catalog.Notify(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer stop()
	if err := os.WriteFile(filepath.Join(dir, "llm-one"), nil, 0o700); err != nil {
		t.Fatal(err)
	}
	select {
	case <-changes:
	case <-time.After(10 * time.Second):
		t.Fatal("nothing is told")
	}
	if _, _, err := catalog.Notify(filepath.Join(dir, "nowhere")); err == nil {
		t.Error("there is nothing to watch")
	}
}
