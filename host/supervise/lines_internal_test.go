package supervise

import (
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// However a stream is cut into writes, the same lines come out, none longer than
// is allowed.
func TestLinesDoNotDependOnWrites(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		piece := rapid.OneOf(rapid.StringMatching(`[a-z\n]{0,20}`), rapid.Just(strings.Repeat("x", maxLine)))
		pieces := rapid.SliceOfN(piece, 0, 10).Draw(t, "pieces")
		var got []string
		lines := &lineWriter{emit: func(line string) { got = append(got, line) }}
		for _, piece := range pieces {
			if n, err := lines.Write([]byte(piece)); n != len(piece) || err != nil {
				t.Fatalf("wrote %d of %d: %v", n, len(piece), err)
			}
		}
		lines.close()

		want := strings.Split(strings.Join(pieces, ""), "\n")
		if want[len(want)-1] == "" {
			want = want[:len(want)-1]
		}
		if len(got) != len(want) {
			t.Fatalf("%d lines, want %d", len(got), len(want))
		}
		for i := range got {
			if got[i] != want[i][:min(len(want[i]), maxLine)] {
				t.Errorf("line %d is %q, want %q", i, got[i], want[i])
			}
		}
	})
}
