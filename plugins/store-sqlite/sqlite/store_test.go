package sqlite_test

import (
	"testing"

	"go.uber.org/goleak"

	"github.com/bothost/bothost/plugins/store-sqlite/sqlite"
	"github.com/bothost/bothost/sdk"
	"github.com/bothost/bothost/sdk/plugintest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// open opens a store on a file in the folder, and closes it after the test.
func open(t *testing.T, folder string) *sqlite.Store {
	t.Helper()
	s, err := sqlite.Open(t.Context(), sqlite.Config{}, sdk.Settings{DataDir: folder})
	if err != nil {
		t.Fatalf("open: %v", err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Errorf("close: %v", err)
		}
	})
	return s
}

func TestConformance(t *testing.T) {
	t.Parallel()
	plugintest.TestStore(t, sqlite.Open, map[string]any{"path": "folder/of its own/50%?#.db"})
}
