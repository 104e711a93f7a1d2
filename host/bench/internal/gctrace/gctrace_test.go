package gctrace_test

import (
	"strings"
	"testing"

	"github.com/bothost/bothost/host/bench/internal/gctrace"
)

func TestRead(t *testing.T) {
	t.Parallel()
	const collection = "gc 1 @0.009s 3%: 0.018+0.91+0.048 ms clock, 0.036+0.32/0.80/0+0.096 ms cpu, 3->4->2 MB, 4 MB goal, 0 MB stacks, 0 MB globals, 2 P\n"
	for _, test := range []struct {
		name, log string
		want      gctrace.Heap
		fails     bool
	}{
		{"one", collection, gctrace.Heap{Collections: 1, Live: 2 << 20}, false},
		{"among others, cut at the end", "2026 [INFO] 9->9->9 MB\n" + collection + "gc 2 @1s: 5->6->5 MB, 8 MB goal\nscvg: 1 MB\ngc 3 @2", gctrace.Heap{Collections: 2, Live: 5 << 20}, false},
		{"none", "2026 [INFO] ready\n", gctrace.Heap{}, true},
		{"nothing", "", gctrace.Heap{}, true},
	} {
		got, err := gctrace.Read(strings.NewReader(test.log))
		if got != test.want || (err != nil) != test.fails {
			t.Errorf("%s: got %+v, %v", test.name, got, err)
		}
	}
}
