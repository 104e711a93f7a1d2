package catalog_test

import (
	"os"
	"strings"
	"testing"
	"time"

	"github.com/bothost/bothost/host/catalog"
)

func TestWatchKeepsWhatServesIfTheNewOneIsBad(t *testing.T) {
	watch(t, func(t *testing.T, w *watched) {
		w.put(t, "llm-one", "1")
		w.settled()
		serving := entry(t, w.Catalog, "llm-one").Serving
		for content, reason := range map[string]string{"bad luck": "bad luck", "unfit": "it fits nothing", "hangs": "deadline"} {
			w.put(t, "llm-one", content)
			w.settled()
			time.Sleep(6 * time.Second)
			w.want(t, "llm-one", catalog.Refused, reason, "1")
			got := entry(t, w.Catalog, "llm-one")
			if got.Serving != serving || got.Checksum == serving || !strings.Contains(got.Reason, serving+", stays in service") {
				t.Errorf("entry is %+v", got)
			}
			if binary, err := w.Binary("llm-one"); err != nil || binary.Checksum != serving {
				t.Errorf("binary is %+v, %v", binary, err)
			}
			if _, err := os.Stat(got.Path); err != nil || w.copies(t) != 1 {
				t.Errorf("%v; %d copies", err, w.copies(t))
			}
		}
		w.put(t, "llm-one", "1")
		w.settled()
		w.want(t, "llm-one", catalog.Idle, "", "1")
		if told := w.told(); len(told) != 1 {
			t.Errorf("told %q", told)
		}
	})
}

// TestRetriesCostNothingThatGrows lives through an hour with a bad file that
// somebody touches all the time.
func TestRetriesCostNothingThatGrows(t *testing.T) {
	watch(t, func(t *testing.T, w *watched) {
		w.put(t, "llm-one", "bad luck")
		w.put(t, "llm-two", "bad, too")
		w.put(t, "llm-good", "1")
		for range 360 {
			time.Sleep(10 * time.Second)
			w.put(t, "llm-two", "bad, too")
		}
		w.settled()
		tries := map[string]int{}
		for _, content := range w.descriptions() {
			tries[content]++
		}
		for _, content := range []string{"bad luck", "bad, too"} {
			if tries[content] < 10 || tries[content] > 20 {
				t.Errorf("%q was tried %d times", content, tries[content])
			}
		}
		if tries["1"] != 1 || w.copies(t) != 1 {
			t.Errorf("tried %v, %d copies", tries, w.copies(t))
		}
		w.put(t, "llm-one", "2 is good")
		w.settled()
		w.want(t, "llm-one", catalog.Idle, "", "2")
	})
}
