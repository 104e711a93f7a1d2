package catalog_test

import (
	"os"
	"strconv"
	"strings"
	"testing"

	"github.com/bothost/bothost/host/catalog"
)

// TestDescriptionsDoNotPileUp replaces a plugin many times: the latest descriptions
// are kept, and those of others.
func TestDescriptionsDoNotPileUp(t *testing.T) {
	watch(t, func(t *testing.T, w *watched) {
		w.put(t, "llm-two", "1")
		for version := range 20 {
			w.put(t, "llm-one", strconv.Itoa(version))
			w.settled()
		}
		cached, err := os.ReadDir(w.CacheDir)
		if err != nil {
			t.Fatal(err)
		}
		count := map[string]int{}
		for _, file := range cached {
			_, plugin, _ := strings.Cut(file.Name(), ".")
			count[plugin]++
		}
		if len(count) != 2 || count["llm-one"] < 3 || count["llm-one"] > 6 || count["llm-two"] != 1 {
			t.Errorf("kept are %v", count)
		}
		asked := len(w.descriptions())
		if _, err := catalog.Load(t.Context(), w.Settings); err != nil {
			t.Fatal(err)
		}
		if again := w.descriptions()[asked:]; len(again) > 0 {
			t.Errorf("a start asked for %q again", again)
		}
	})
}
