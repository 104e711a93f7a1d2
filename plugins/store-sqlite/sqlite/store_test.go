package sqlite_test

import (
	"fmt"
	"os"
	"testing"

	"go.uber.org/goleak"
	"pgregory.net/rapid"

	"github.com/bothost/bothost/plugins/store-sqlite/sqlite"
	"github.com/bothost/bothost/sdk"
	"github.com/bothost/bothost/sdk/plugintest"
)

func TestMain(m *testing.M) {
	if folder := os.Getenv(childFolder); folder != "" {
		if err := tasks()[os.Getenv(childTask)](folder); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	goleak.VerifyTestMain(m)
}

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

func TestModel(t *testing.T) {
	t.Parallel()
	subject := open(t, t.TempDir())
	rapid.Check(t, func(t *rapid.T) {
		plugintest.StoreModel(t, subject, 20, func(n int) int { return rapid.IntRange(0, n-1).Draw(t, "choice") })
	})
}
