package apiclient

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"io"
)

// event is one server-sent event (WHATWG HTML, section 9.2).
type event struct {
	name string
	data []byte
}

// maxLine bounds a line of a stream, in bytes: a reply has at most 1 MiB, which
// JSON may make six times as long.
const maxLine = 8 << 20

// readEvents calls take with each event of a stream until its end. An event that
// the stream ends within is left out, as the standard wants it.
func readEvents(stream io.Reader, take func(event) error) error {
	lines := bufio.NewScanner(stream)
	lines.Buffer(nil, maxLine)
	var current event
	for lines.Scan() {
		line := bytes.TrimSuffix(lines.Bytes(), []byte("\r"))
		if len(line) > 0 {
			current.add(line)
			continue
		}
		if current.data != nil {
			if err := take(current); err != nil {
				return err
			}
		}
		current = event{}
	}
	if err := lines.Err(); err != nil {
		return fmt.Errorf("read the stream: %w", err)
	}
	return nil
}

// decode reads the data as JSON.
func (e event) decode(into any) error {
	if err := json.Unmarshal(e.data, into); err != nil {
		return fmt.Errorf("read the event %q: %w", e.name, err)
	}
	return nil
}

// add takes one line that is not empty. A line without a name before its colon
// is a comment, which keeps a connection alive.
func (e *event) add(line []byte) {
	field, value, _ := bytes.Cut(line, []byte(":"))
	value = bytes.TrimPrefix(value, []byte(" "))
	switch string(field) {
	case "event":
		e.name = string(value)
	case "data":
		if e.data != nil {
			e.data = append(e.data, '\n')
		}
		e.data = append(e.data, value...)
		if e.data == nil {
			e.data = []byte{}
		}
	}
}
