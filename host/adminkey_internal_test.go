package host

import (
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/hashicorp/go-hclog"

	"github.com/bothost/bothost/host/config"
)

// TestAdminKeyIsOne checks that hosts which start on one folder at once have the
// same key, the one that stays.
func TestAdminKeyIsOne(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	keys := make([]string, 16)
	var starts sync.WaitGroup
	for i := range keys {
		starts.Go(func() {
			var err error
			if keys[i], err = keptAdminKey(folder, hclog.NewNullLogger()); err != nil {
				t.Error(err)
			}
		})
	}
	starts.Wait()
	path := filepath.Join(folder, config.AdminKeyFile)
	kept, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for _, key := range keys {
		if key == "" || key != strings.TrimSpace(string(kept)) {
			t.Errorf("a host has the key %q, and the file %q", key, kept)
		}
	}
	info, err := os.Stat(path)
	if err != nil || info.Mode() != 0o600 {
		t.Errorf("the file: %v, %v", info.Mode(), err)
	}
	if entries, err := os.ReadDir(folder); err != nil || len(entries) != 1 {
		t.Errorf("the folder holds %v, %v", entries, err)
	}
}

// TestEmptyAdminKey checks that a file without a key is no key: nobody could
// administer the host.
func TestEmptyAdminKey(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	if err := os.WriteFile(filepath.Join(folder, config.AdminKeyFile), []byte("\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if key, err := keptAdminKey(folder, hclog.NewNullLogger()); err == nil {
		t.Errorf("the key is %q", key)
	}
}
