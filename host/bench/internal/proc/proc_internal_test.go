package proc

import (
	"testing"
	"time"
)

func TestParse(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name, line string
		want       stat
		fails      bool
	}{
		{"plain", "7 (bothost) S 3 7 7 0 -1 4194560 1 2 3 4 150 50 9 9 20 0", stat{name: "bothost", parent: 3, spent: 2 * time.Second}, false},
		{"a name like a field", "7 (a b) R 1) S 3 7 7 0 -1 4194560 1 2 3 4 1 0 9 9 20 0", stat{name: "a b) R 1", parent: 3, spent: 10 * time.Millisecond}, false},
		{"cut", "7 (bothost) S 3 7", stat{}, true},
		{"nothing", "", stat{}, true},
		{"words", "7 (bothost) S x 7 7 0 -1 4194560 1 2 3 4 150 50 9 9 20 0", stat{}, true},
	} {
		got, err := parse(test.line)
		if got != test.want || (err != nil) != test.fails {
			t.Errorf("%s: got %+v, %v", test.name, got, err)
		}
	}
}

func TestIsBelow(t *testing.T) {
	t.Parallel()
	// 5 and 6 name each other: ids were used anew while they were read.
	stats := map[int]stat{1: {}, 2: {parent: 1}, 3: {parent: 2}, 4: {parent: 1}, 5: {parent: 6}, 6: {parent: 5}}
	for pid, want := range map[int]bool{1: false, 2: true, 3: true, 4: false, 5: false, 9: false} {
		if got := isBelow(stats, pid, 2); got != want {
			t.Errorf("process %d below 2: %t, want %t", pid, got, want)
		}
	}
}

func TestSince(t *testing.T) {
	t.Parallel()
	spent := func(host, store time.Duration, processes ...int) Usage {
		return Usage{Processes: processes, CPU: host + store, ByName: map[string]time.Duration{"host": host, "store": store}}
	}
	before := spent(1*time.Second, 2*time.Second, 1, 2)
	got, err := spent(4*time.Second, 3*time.Second, 1, 2).Since(before)
	if err != nil || got.CPU != 4*time.Second || got.ByName["host"] != 3*time.Second || got.ByName["store"] != time.Second {
		t.Errorf("got %+v, %v", got, err)
	}
	if _, err := spent(3*time.Second, 0, 1, 3).Since(before); err == nil {
		t.Error("other processes were taken for the same")
	}
}

func TestField(t *testing.T) {
	t.Parallel()
	const content = "00400000-7ffe000 ---p 00000000 00:00 0 [rollup]\nRss:  2048 kB\nPss: x kB\n"
	if got, err := field(content, "Rss:"); got != 2<<20 || err != nil {
		t.Errorf("got %d, %v", got, err)
	}
	for _, key := range []string{"Pss:", "Swap:"} {
		if got, err := field(content, key); err == nil {
			t.Errorf("%s is %d", key, got)
		}
	}
}
