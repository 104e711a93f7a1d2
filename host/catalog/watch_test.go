package catalog_test

import (
	"os"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/bothost/bothost/host/catalog"
)

func TestWatchTakesWhatIsDroppedIn(t *testing.T) {
	watch(t, func(t *testing.T, w *watched) {
		w.put(t, "llm-one", "1")
		w.put(t, "README", "hello")
		w.settled()
		w.want(t, "llm-one", catalog.Idle, "", "1")
		w.want(t, "README", catalog.Ignored, "<kind>-<name>", "")
		if names := w.Names("llm"); !slices.Equal(names, []string{"one"}) {
			t.Errorf("names are %v", names)
		}
		w.put(t, "llm-one", "2")
		w.settled()
		w.want(t, "llm-one", catalog.Idle, "", "2")
		if told := w.told(); !slices.Equal(told, []string{"replace  by 1", "replace 1 by 2"}) {
			t.Errorf("told %q", told)
		}
		if w.copies(t) != 1 {
			t.Errorf("%d copies", w.copies(t))
		}
	})
}

func TestWatchLeavesAloneWhatIsWritten(t *testing.T) {
	watch(t, func(t *testing.T, w *watched) {
		for i := range 12 {
			if err := os.WriteFile(w.path("llm-one"), []byte(strings.Repeat("1", i+1)), 0o700); err != nil {
				t.Fatal(err)
			}
			time.Sleep(700 * time.Millisecond)
			if i > 5 {
				w.want(t, "llm-one", catalog.Waiting, "being written", "")
			}
		}
		w.settled()
		w.want(t, "llm-one", catalog.Idle, "", "1")
		if asked := w.descriptions(); !slices.Equal(asked, []string{strings.Repeat("1", 12)}) {
			t.Errorf("described %q", asked)
		}
	})
}

func TestWatchFollowsMode(t *testing.T) {
	watch(t, func(t *testing.T, w *watched) {
		w.put(t, "llm-one", "1")
		for _, step := range []struct {
			mode   os.FileMode
			reason string
		}{{0o600, "not executable"}, {0o777, "others may write"}, {0o700, ""}, {0o666, "others may write"}} {
			if err := os.Chmod(w.path("llm-one"), step.mode); err != nil {
				t.Fatal(err)
			}
			w.settled()
			got := entry(t, w.Catalog, "llm-one")
			if (got.State == catalog.Idle) != (step.reason == "") || !strings.Contains(got.Reason, step.reason) {
				t.Errorf("with mode %o it is %s: %s", step.mode, got.State, got.Reason)
			}
		}
		w.want(t, "llm-one", catalog.Refused, "stays in service", "1")
	})
}

func TestWatchTakesOutWhatIsRemoved(t *testing.T) {
	watch(t, func(t *testing.T, w *watched) {
		w.put(t, "llm-one", "1")
		w.put(t, "llm-bad", "bad")
		w.settled()
		for _, name := range []string{"llm-one", "llm-bad"} {
			if err := os.Remove(w.path(name)); err != nil {
				t.Fatal(err)
			}
		}
		w.settled()
		if entries := w.Entries(); len(entries) != 0 {
			t.Errorf("entries are %+v", entries)
		}
		if _, err := w.Lookup("llm-one"); err == nil || !strings.Contains(err.Error(), "there is no plugin llm-one") {
			t.Errorf("error is %v", err)
		}
		if told := w.told(); !slices.Equal(told, []string{"replace  by 1", "withdraw llm-one"}) || w.copies(t) != 0 {
			t.Errorf("told %q, %d copies", told, w.copies(t))
		}
		w.put(t, "llm-one", "1")
		w.settled()
		w.want(t, "llm-one", catalog.Idle, "", "1")
	})
}

func TestDirectoryThatCannotBeReadChangesNothing(t *testing.T) {
	watch(t, func(t *testing.T, w *watched) {
		w.put(t, "llm-one", "1")
		w.settled()
		elsewhere := w.Dir + "-elsewhere"
		if err := os.Rename(w.Dir, elsewhere); err != nil {
			t.Fatal(err)
		}
		w.settled()
		w.want(t, "llm-one", catalog.Idle, "", "1")
		if err := os.Rename(elsewhere, w.Dir); err != nil {
			t.Fatal(err)
		}
		w.settled()
		w.want(t, "llm-one", catalog.Idle, "", "1")
	})
}

// TestLoadLeavesAloneWhatIsWritten writes a file in pieces, and nobody has it open in
// between; another was written a moment before.
func TestLoadLeavesAloneWhatIsWritten(t *testing.T) {
	var writing sync.WaitGroup
	begin := func(t *testing.T, w *watched) {
		w.write(t, "llm-whole", "1")
		w.write(t, "llm-one", "1")
		writing.Go(func() {
			for range 3 {
				time.Sleep(700 * time.Millisecond)
				w.write(t, "llm-one", "1 and more")
			}
		})
	}
	watchAfter(t, begin, func(t *testing.T, w *watched) {
		w.want(t, "llm-whole", catalog.Idle, "", "1")
		w.want(t, "llm-one", catalog.Waiting, "being written", "")
		writing.Wait()
		w.settled()
		w.want(t, "llm-one", catalog.Idle, "", "1")
		if w.tries("1 and more") != 1 || w.tries("1") != 1 {
			t.Errorf("described %q", w.descriptions())
		}
	})
}

// TestOddNamesTouchNothingElse has files whose names mean something to a shell come
// and go.
func TestOddNamesTouchNothingElse(t *testing.T) {
	odd := []string{"*", "[", "?.llm-one", "llm-one*"}
	begin := func(t *testing.T, w *watched) {
		for _, name := range append(odd, "llm-one") {
			w.put(t, name, "1")
		}
	}
	watchAfter(t, begin, func(t *testing.T, w *watched) {
		for _, name := range odd {
			w.want(t, name, catalog.Ignored, "", "")
			if err := os.Remove(w.path(name)); err != nil {
				t.Fatal(err)
			}
		}
		w.settled()
		w.want(t, "llm-one", catalog.Idle, "", "1")
		if _, err := os.Stat(entry(t, w.Catalog, "llm-one").Path); err != nil {
			t.Error(err)
		}
	})
}
