package main

import (
	"bytes"
	"io"
)

// eventLine writes each event of a log on one line. hclog writes an event at a
// time, and a value that has line breaks, as a list of mistakes has, over several.
type eventLine struct{ output io.Writer }

// Write takes one event.
func (w eventLine) Write(event []byte) (int, error) {
	lines := bytes.Split(bytes.TrimSpace(event), []byte("\n"))
	for i := range lines {
		lines[i] = bytes.TrimSpace(lines[i])
	}
	if _, err := w.output.Write(append(bytes.Join(lines, []byte(" ")), '\n')); err != nil {
		return 0, err
	}
	return len(event), nil
}
