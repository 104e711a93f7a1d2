package supervise

import (
	"slices"
	"strings"
)

const (
	// keptLines is how many of its last lines an error shows.
	keptLines = 20
	// keptLength is how much of each.
	keptLength = 512
)

// lastLines are what a process has printed last. What Go prints when it gives a
// process up can be much longer, and says in its first line why: that is kept too.
type lastLines struct {
	lines []string
	fatal string
}

func (l *lastLines) add(stream, line string) {
	kept := stream + ": " + printable(line[:min(len(line), keptLength)])
	if strings.HasPrefix(line, "panic: ") || strings.HasPrefix(line, "fatal error: ") {
		l.fatal = kept
	}
	if len(l.lines) == keptLines {
		l.lines = slices.Delete(l.lines, 0, 1)
	}
	l.lines = append(l.lines, kept)
}

// text is the end of an error's text.
func (l *lastLines) text() string {
	if len(l.lines) == 0 {
		return "; it printed nothing"
	}
	shown := l.lines
	if l.fatal != "" && !slices.Contains(shown, l.fatal) {
		shown = slices.Insert(slices.Clone(shown), 0, l.fatal, "...")
	}
	return "; the last that it printed:\n  " + strings.Join(shown, "\n  ")
}
