//go:build linux

package proc

import (
	"testing"
	"time"
)

func TestBusy(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name, content string
		want          time.Duration
		fails         bool
	}{
		{"as Linux has it", "cpu  100 20 30 4000 500 6 7 37 50 60\ncpu0 1 1 1 1 1 1 1 1 1 1\n", 2 * time.Second, false},
		{"cut", "cpu  100 20 30 4000 500 6 7\n", 0, true},
		{"words", "cpu  100 20 x 4000 500 6 7 8 0 0\n", 0, true},
		{"another line", "cpu0  100 20 30 4000 500 6 7 8 0 0\n", 0, true},
		{"nothing", "", 0, true},
	} {
		if got, err := busy(test.content); got != test.want || (err != nil) != test.fails {
			t.Errorf("%s: got %v, %v", test.name, got, err)
		}
	}
}

func TestOthers(t *testing.T) {
	t.Parallel()
	before := Work{All: 10 * time.Second, Own: 1 * time.Second}
	for _, test := range []struct {
		now  Work
		ago  time.Duration
		want float64
	}{
		{Work{All: 16 * time.Second, Own: 4 * time.Second}, 2 * time.Second, 1.5},
		{Work{All: 12 * time.Second, Own: 4 * time.Second}, 2 * time.Second, 0},
		{Work{All: 16 * time.Second, Own: 4 * time.Second}, 0, 0},
	} {
		if got := test.now.Others(before, test.ago); got != test.want {
			t.Errorf("%+v after %v: %v, want %v", test.now, test.ago, got, test.want)
		}
	}
}

// What this process does is part of what the machine does.
func TestWorkSoFar(t *testing.T) {
	t.Parallel()
	before, err := WorkSoFar()
	if err != nil {
		t.Fatal(err)
	}
	// It takes some ticks until work counts, more where others work too.
	for began := time.Now(); time.Since(began) < 10*time.Second; {
		now, err := WorkSoFar()
		if err != nil {
			t.Fatal(err)
		}
		if now.Own > before.Own && now.All > before.All {
			return
		}
	}
	t.Error("a process that does nothing else has not worked")
}
