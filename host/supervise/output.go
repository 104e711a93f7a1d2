package supervise

import (
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/hashicorp/go-hclog"
)

const (
	// linesPerSecond is how many lines of a plugin reach the host's log.
	linesPerSecond = 200
	// keptLines is how many of its last lines an error shows.
	keptLines = 20
	// keptLength is how much of each.
	keptLength = 512
)

// output takes all that one process prints: it logs a bounded part and
// remembers the last lines. It is safe for concurrent use.
type output struct {
	logger hclog.Logger
	now    func() time.Time

	mutex   sync.Mutex
	last    []string
	window  time.Time
	logged  int
	dropped int
}

func newOutput(logger hclog.Logger) *output {
	return &output{logger: logger, now: time.Now}
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
	if len(o.last) == keptLines {
		o.last = slices.Delete(o.last, 0, 1)
	}
	o.last = append(o.last, stream+": "+printable(line[:min(len(line), keptLength)]))

	if now := o.now(); now.Sub(o.window) >= time.Second {
		o.reportDropped()
		o.window, o.logged = now, 0
	}
	if o.logged == linesPerSecond {
		o.dropped++
		return false
	}
	o.logged++
	return true
}

// reportDropped is called with the mutex held.
func (o *output) reportDropped() {
	if o.dropped > 0 {
		o.logger.Warn("plugin prints too much, lines left out", "lines", o.dropped)
		o.dropped = 0
	}
}

// close reports what was left out last.
func (o *output) close() {
	o.mutex.Lock()
	defer o.mutex.Unlock()
	o.reportDropped()
}

// tail gives the last lines, or nothing, for the end of an error's text.
func (o *output) tail() string {
	o.mutex.Lock()
	defer o.mutex.Unlock()
	if len(o.last) == 0 {
		return "; it printed nothing"
	}
	return "; the last that it printed:\n  " + strings.Join(o.last, "\n  ")
}
