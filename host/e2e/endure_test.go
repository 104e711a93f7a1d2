package e2e

import (
	"fmt"
	"os"
	"strconv"
	"testing"
	"time"
)

// endureVariable says how often each fault is to come, where it is not the few times
// that fit among other tests; `make endure` sets it.
const endureVariable = "BOTHOST_ENDURE"

// endureTimes says how often each fault comes, and whether there is time for all.
func endureTimes(t *testing.T) (times int, isLong bool) {
	t.Helper()
	text, isLong := os.LookupEnv(endureVariable)
	if !isLong {
		return 3, false
	}
	times, err := strconv.Atoi(text)
	if err != nil || times < 1 {
		t.Fatalf("%s is %q, and not a number of times", endureVariable, text)
	}
	return times, true
}

// report shows figures where somebody waits for them.
func report(t *testing.T, format string, args ...any) {
	t.Helper()
	if _, isLong := endureTimes(t); isLong {
		fmt.Printf(format+"\n", args...)
		return
	}
	t.Logf(format, args...)
}

// TestEndurePlugins replaces, kills and freezes every plugin of a turn,
// again and again, while 64 callers speak, half of them to a tenant whose memory is
// called in each turn. A replacement is noticed by nobody. Neither is a crash, but by
// who has heard the beginning of a reply from a model whose process is gone; or if
// crashes are so many that the plugin is given a rest. In the end every conversation
// is what its caller was told.
func TestEndurePlugins(t *testing.T) {
	t.Parallel()
	faults := newEnduring(t, 50*time.Millisecond)
	callers := call(t, faults.site, 64, plainTenant, askedTenant)
	for _, plugin := range faults.plugins {
		faults.becomes(plugin, "running", "")
	}
	storm := newStorm(t, faults, callers)
	storm.strikes("replaced", storm.replace, nobody, time.Minute)
	storm.strikes("killed", storm.kill, listeners, time.Minute)
	storm.strikes("frozen", storm.freeze, listeners, storm.freezeLimit)
	storm.strikes("worn out", storm.wearOut, everybody, time.Minute)
	storm.strikes("left alone", func() {}, nobody, 0)
	callers.hangUp()
	callers.compare()
}
