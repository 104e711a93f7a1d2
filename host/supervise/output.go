package supervise

import (
	"strings"
	"sync"
	"time"

	"github.com/hashicorp/go-hclog"
)

// output takes all that one process prints: it logs a bounded part and
// remembers the last lines. It is safe for concurrent use, and must be closed.
type output struct {
	logger hclog.Logger
	// limit is how many lines are logged in a second.
	limit int

	mutex   sync.Mutex
	last    lastLines
	window  time.Time
	logged  int
	dropped int
	// report tells what was dropped, at the end of the window; nil until then.
	report *time.Timer
}

func newOutput(logger hclog.Logger, limit int) *output {
	return &output{logger: logger, limit: limit}
}

// stream gives a writer for one of the process's streams.
func (o *output) stream(name string) *lineWriter {
	return &lineWriter{emit: func(line string) { o.add(name, line) }}
}

func (o *output) add(stream, line string) {
	if strings.TrimSpace(line) == "" {
		return
	}
	if o.admit(stream, line) {
		relog(o.logger, stream, line)
	}
}

// admit remembers the line and says whether it is to be logged.
func (o *output) admit(stream, line string) bool {
	o.mutex.Lock()
	defer o.mutex.Unlock()
	o.last.add(stream, line)
	now := time.Now()
	if now.Sub(o.window) >= time.Second {
		o.reportDropped()
		o.window, o.logged = now, 0
	}
	if o.logged < o.limit {
		o.logged++
		return true
	}
	if o.dropped == 0 {
		o.report = time.AfterFunc(o.window.Add(time.Second).Sub(now), o.flush)
	}
	o.dropped++
	return false
}

// flush reports what was dropped.
func (o *output) flush() {
	o.mutex.Lock()
	defer o.mutex.Unlock()
	o.reportDropped()
}

// reportDropped is called with the mutex held.
func (o *output) reportDropped() {
	if o.dropped > 0 {
		o.report.Stop()
		o.logger.Warn("plugin prints too much, lines left out", "lines", o.dropped)
		o.dropped = 0
	}
}

// close reports what was dropped last. Lines may still come.
func (o *output) close() { o.flush() }

// tail gives the last lines, for the end of an error's text.
func (o *output) tail() string {
	o.mutex.Lock()
	defer o.mutex.Unlock()
	return o.last.text()
}
