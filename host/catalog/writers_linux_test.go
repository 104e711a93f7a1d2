package catalog_test

import (
	"os"
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
