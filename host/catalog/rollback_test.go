package catalog_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/bothost/bothost/host/catalog"
)

func TestRollback(t *testing.T) {
	watch(t, func(t *testing.T, w *watched) {
		back := func() error {
			_, err := catalog.Rollback(w.Dir, w.KeptDir, "llm-one")
			w.settled()
			return err
		}
		w.put(t, "llm-one", "1")
		w.settled()
		if err := back(); err == nil || !strings.Contains(err.Error(), "no earlier content") {
			t.Errorf("error is %v", err)
		}
		for _, content := range []string{"2", "3", "4", "5"} {
			w.put(t, "llm-one", content)
			w.settled()
		}
		kept, err := os.ReadDir(filepath.Join(w.KeptDir, "llm-one"))
		if err != nil || len(kept) != 3 {
			t.Errorf("kept are %v, %v", kept, err)
		}
		for _, version := range []string{"4", "5", "4"} {
			if err := back(); err != nil {
				t.Fatal(err)
			}
			w.want(t, "llm-one", catalog.Idle, "", version)
		}
		w.put(t, "llm-one", "unfit")
		w.settled()
		if err := back(); err != nil {
			t.Fatal(err)
		}
		w.want(t, "llm-one", catalog.Idle, "", "4")
		if _, err := catalog.Pin(w.Dir, false); err != nil {
			t.Fatal(err)
		}
		if err := back(); err == nil || !strings.Contains(err.Error(), "add this line") {
			t.Errorf("error is %v", err)
		}
		w.want(t, "llm-one", catalog.Idle, "", "4")
	})
}

func TestRollbackRefusesWhatWasChanged(t *testing.T) {
	watch(t, func(t *testing.T, w *watched) {
		for _, content := range []string{"1", "2"} {
			w.put(t, "llm-one", content)
			w.settled()
		}
		kept, err := filepath.Glob(filepath.Join(w.KeptDir, "llm-one", "*"))
		if err != nil || len(kept) != 2 {
			t.Fatal(kept, err)
		}
		for _, path := range kept {
			if err := os.Chmod(path, 0o700); err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(path, []byte("evil"), 0o700); err != nil {
				t.Fatal(err)
			}
		}
		if _, err := catalog.Rollback(w.Dir, w.KeptDir, "llm-one"); err == nil || !strings.Contains(err.Error(), "has been changed") {
			t.Errorf("error is %v", err)
		}
		if _, err := catalog.Rollback(w.Dir, w.KeptDir, "../llm-one"); err == nil || !strings.Contains(err.Error(), "no plugin's name") {
			t.Errorf("error is %v", err)
		}
		if content, err := os.ReadFile(w.path("llm-one")); string(content) != "2" {
			t.Errorf("it is %q, %v", content, err)
		}
	})
}
