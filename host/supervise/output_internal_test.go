package supervise

import (
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/hashicorp/go-hclog"
)

// What is left out is told once a second while a plugin prints too much, and once
// more when it has stopped.
func TestDroppedLinesAreCounted(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var log strings.Builder
		o := newOutput(hclog.New(&hclog.LoggerOptions{Output: &log}), 3)
		for range 2 {
			for i := range 10 {
				o.add("stderr", fmt.Sprint("line ", i))
			}
			time.Sleep(time.Second)
			synctest.Wait()
		}
		text := log.String()
		if lines, reports := strings.Count(text, "plugin printed"), strings.Count(text, "lines left out: lines=7"); lines != 6 || reports != 2 {
			t.Errorf("%d lines and %d reports:\n%s", lines, reports, text)
		}
		o.close()
		if log.String() != text {
			t.Errorf("more was reported than left out:\n%s", &log)
		}
		for i := range 5 {
			o.add("stderr", fmt.Sprint("line ", i))
		}
		o.close()
		if !strings.HasSuffix(log.String(), "lines left out: lines=2\n") {
			t.Errorf("what was left out last is not told:\n%s", &log)
		}
	})
}

// Go's last words can be long, and begin with what matters.
func TestCauseOfAPanicIsKept(t *testing.T) {
	t.Parallel()
	for _, cause := range []string{"panic: no such luck", "fatal error: concurrent map writes"} {
		o := newOutput(hclog.NewNullLogger(), 1)
		o.add("stderr", "before")
		o.add("stderr", cause)
		for i := range 1000 {
			o.add("stderr", fmt.Sprint("goroutine ", i))
		}
		o.close()
		tail := o.tail()
		if strings.Count(tail, cause) != 1 || !strings.HasSuffix(tail, "goroutine 999") || strings.Count(tail, "\n") != keptLines+2 {
			t.Errorf("the end is %s", tail)
		}
	}
}
