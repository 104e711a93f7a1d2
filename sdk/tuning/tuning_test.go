package tuning_test

import (
	"runtime"
	"testing"
	"testing/synctest"
	"time"

	"github.com/bothost/bothost/sdk/tuning"
)

const size = 64 << 20

// live is what counts as live now: about half a reserve more with one than without.
func live() uint64 {
	runtime.GC()
	var stats runtime.MemStats
	runtime.ReadMemStats(&stats)
	return stats.HeapAlloc
}

func TestReserve(t *testing.T) {
	before := live()
	has := func() bool { return live() > before+size/2 }
	for name, test := range map[string]struct {
		variable string
		want     bool
	}{
		"by itself":                 {want: true},
		"the environment sets it":   {variable: "GOGC"},
		"the environment bounds it": {variable: "GOMEMLIMIT"},
	} {
		t.Run(name, func(t *testing.T) {
			for _, variable := range []string{"GOGC", "GOMEMLIMIT"} {
				t.Setenv(variable, "")
			}
			if test.variable != "" {
				t.Setenv(test.variable, "100")
			}
			synctest.Test(t, func(t *testing.T) {
				reserve := tuning.NewReserve(size)
				if has() {
					t.Error("it is there at once, and the collector has run")
				}
				time.Sleep(2 * time.Second)
				synctest.Wait()
				if got := has(); got != test.want {
					t.Errorf("after two seconds it is there: %v, want %v", got, test.want)
				}
				reserve.Release()
				if has() {
					t.Error("it is there after its release")
				}
			})
		})
	}
}

func TestReleaseBeforeItIsMade(t *testing.T) {
	before := live()
	synctest.Test(t, func(t *testing.T) {
		reserve := tuning.NewReserve(size)
		reserve.Release()
		time.Sleep(2 * time.Second)
		synctest.Wait()
		if live() > before+size/2 {
			t.Error("it was made after its release")
		}
	})
}
