package catalog_test

import (
	"os"
	"sync"
	"testing"

	"github.com/bothost/bothost/host/catalog"
)

func TestWatchFollowsTheLock(t *testing.T) {
	watch(t, func(t *testing.T, w *watched) {
		pin := func() {
			if _, err := catalog.Pin(w.Dir, false); err != nil {
				t.Fatal(err)
			}
			w.settled()
		}
		w.put(t, "llm-one", "1")
		pin()
		if got := entry(t, w.Catalog, "llm-one"); got.State != catalog.Idle || !got.Pinned {
			t.Errorf("entry is %+v", got)
		}
		w.put(t, "llm-one", "2")
		w.settled()
		w.want(t, "llm-one", catalog.Refused, "bothost plugin pin", "1")
		pin()
		w.want(t, "llm-one", catalog.Idle, "", "2")

		if err := os.WriteFile(w.path(catalog.LockName), []byte("nonsense"), 0o600); err != nil {
			t.Fatal(err)
		}
		w.settled()
		w.want(t, "llm-one", catalog.Refused, "line 1", "2")
		if err := os.WriteFile(w.path(catalog.LockName), nil, 0o600); err != nil {
			t.Fatal(err)
		}
		w.settled()
		w.want(t, "llm-one", catalog.Refused, "does not name its checksum", "")
		if told := w.told(); told[len(told)-1] != "withdraw llm-one" {
			t.Errorf("told %q", told)
		}
		pin()
		w.want(t, "llm-one", catalog.Idle, "", "2")
	})
}

// TestLockThatChangesDuringTheStart is heeded, although the files were judged by the
// one before.
func TestLockThatChangesDuringTheStart(t *testing.T) {
	begin := func(t *testing.T, w *watched) {
		w.put(t, "llm-one", "1")
		w.describing = sync.OnceFunc(func() {
			if err := os.WriteFile(w.path(catalog.LockName), nil, 0o600); err != nil {
				t.Error(err)
			}
		})
	}
	watchAfter(t, begin, func(t *testing.T, w *watched) {
		w.settled()
		w.want(t, "llm-one", catalog.Refused, "does not name its checksum", "")
	})
}
