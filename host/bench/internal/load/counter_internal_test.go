package load

import (
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// It does not matter how a text is cut into parts.
func TestCounterCountsAcrossParts(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		parts := rapid.SliceOf(rapid.StringMatching(`[ab]{0,5}`)).Draw(t, "parts")
		mark := rapid.StringMatching(`[ab]{1,4}`).Draw(t, "mark")
		c := counter{mark: mark}
		for _, part := range parts {
			c.add([]byte(part))
		}
		if want := strings.Count(strings.Join(parts, ""), mark); c.count != want {
			t.Fatalf("%q is %d times in %q, counted %d times", mark, want, parts, c.count)
		}
	})
}
