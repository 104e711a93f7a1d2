package catalog_test

import (
	"strings"
	"testing"

	"github.com/bothost/bothost/sdk/fault"
)

func TestLookupNamesWhatThereIs(t *testing.T) {
	t.Parallel()
	c := newFixture(t, "llm-ollama", "store-sqlite").load(t)
	for plugin, want := range map[string]string{
		"llm-olama":    "did you mean llm-ollama?",
		"memory-other": "there are llm-ollama, store-sqlite",
	} {
		_, err := c.Lookup(plugin)
		if !fault.Is(err, fault.Unavailable) || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %q", plugin, err, want)
		}
	}
	if _, err := newFixture(t).load(t).Lookup("llm-ollama"); err == nil || !strings.Contains(err.Error(), "no plugin can be used") {
		t.Errorf("in an empty directory: %v", err)
	}
}
