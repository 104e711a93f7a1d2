package catalog_test

import (
	"os"
	"strings"
	"testing"
	"testing/synctest"
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
		for _, content := range []string{"bad luck", "bad, too"} {
			if tries := w.tries(content); tries < 10 || tries > 20 {
				t.Errorf("%q was tried %d times", content, tries)
			}
		}
		if w.tries("1") != 1 || w.copies(t) != 1 {
			t.Errorf("tried %v, %d copies", w.descriptions(), w.copies(t))
		}
		w.put(t, "llm-one", "2 is good")
		w.settled()
		w.want(t, "llm-one", catalog.Idle, "", "2")
	})
}

// TestRefusedIsLookedAtAgainWhenAsked asks while nothing happens, and while the file
// is just found not to fit.
func TestRefusedIsLookedAtAgainWhenAsked(t *testing.T) {
	for name, refusedFor := range map[string]time.Duration{"long ago": time.Hour, "now": 0} {
		t.Run(name, func(t *testing.T) {
			watch(t, func(t *testing.T, w *watched) {
				w.put(t, "llm-one", "1")
				w.put(t, "llm-bad", "bad luck")
				w.settled()
				w.put(t, "llm-one", "unfit")
				for w.tries("unfit") == 0 {
					time.Sleep(100 * time.Millisecond)
					synctest.Wait()
				}
				time.Sleep(refusedFor)
				tries := w.tries("bad luck")
				w.fit()
				time.Sleep(2 * unfitting)
				synctest.Wait()
				w.want(t, "llm-one", catalog.Idle, "", "u")
				if more := w.tries("bad luck") - tries; more != 1 {
					t.Errorf("what else is refused was tried %d times more", more)
				}
				time.Sleep(15 * time.Second)
				if more := w.tries("bad luck") - tries; more != 2 {
					t.Errorf("it was tried %d times more: what was asked for does not count", more)
				}
			})
		})
	}
}
