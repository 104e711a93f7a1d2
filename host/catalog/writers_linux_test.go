package catalog_test

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/bothost/bothost/host/catalog"
)

// TestWatchLeavesAloneWhatIsOpen is about a copy that stands still in the middle.
func TestWatchLeavesAloneWhatIsOpen(t *testing.T) {
	watch(t, func(t *testing.T, w *watched) {
		file, err := os.OpenFile(w.path("llm-one"), os.O_CREATE|os.O_WRONLY, 0o700)
		if err != nil {
			t.Fatal(err)
		}
		defer file.Close()
		if _, err := file.WriteString("1 half"); err != nil {
			t.Fatal(err)
		}
		for range 10 {
			w.settled()
		}
		w.want(t, "llm-one", catalog.Waiting, "being written", "")
		if _, err := file.WriteString(" and whole"); err != nil {
			t.Fatal(err)
		}
		if err := file.Close(); err != nil {
			t.Fatal(err)
		}
		w.settled()
		w.want(t, "llm-one", catalog.Idle, "", "1")
		if asked := w.descriptions(); len(asked) != 1 || asked[0] != "1 half and whole" {
			t.Errorf("described %q", asked)
		}
	})
}

// TestFileThatIsWrittenAtTheStart is taken as soon as it would be later.
func TestFileThatIsWrittenAtTheStart(t *testing.T) {
	var file *os.File
	begin := func(t *testing.T, w *watched) {
		var err error
		if file, err = os.OpenFile(w.path("llm-one"), os.O_CREATE|os.O_WRONLY, 0o700); err != nil {
			t.Fatal(err)
		}
		if _, err := file.WriteString("1 half"); err != nil {
			t.Fatal(err)
		}
	}
	watchAfter(t, begin, func(t *testing.T, w *watched) {
		defer file.Close()
		w.want(t, "llm-one", catalog.Waiting, "being written", "")
		if err := file.Close(); err != nil {
			t.Fatal(err)
		}
		w.settled()
		w.want(t, "llm-one", catalog.Idle, "", "1")
	})
}

// TestPinRefusesWhatIsWritten is about a lock that is made in the middle of a copy.
func TestPinRefusesWhatIsWritten(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	f.write(t, "llm-one", "1 half", 0o755)
	file, err := os.OpenFile(filepath.Join(f.Dir, "llm-one"), os.O_WRONLY|os.O_APPEND, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	if _, err := catalog.Pin(f.Dir, false); err == nil || !strings.Contains(err.Error(), "approve llm-one: it is being written") {
		t.Errorf("error is %v", err)
	}
	f.write(t, "llm-two", "\x7fELF and no more", 0o755)
	if err := errors.Join(file.Close(), os.Remove(file.Name())); err != nil {
		t.Fatal(err)
	}
	if _, err := catalog.Pin(f.Dir, false); err == nil || !strings.Contains(err.Error(), "approve llm-two: it is not a program") {
		t.Errorf("error is %v", err)
	}
}
