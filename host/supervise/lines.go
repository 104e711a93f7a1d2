package supervise

import "bytes"

// maxLine bounds a line of a plugin's output; what is longer is cut.
const maxLine = 8 << 10

// lineWriter cuts a stream into lines of at most maxLine bytes. It is not safe
// for concurrent use.
type lineWriter struct {
	emit func(line string)
	// partial is the line so far, without its end.
	partial []byte
}

// Write never fails and never keeps more than maxLine bytes.
func (w *lineWriter) Write(data []byte) (int, error) {
	written := len(data)
	for len(data) > 0 {
		line, rest, complete := bytes.Cut(data, []byte{'\n'})
		w.add(line)
		if complete {
			w.flush()
		}
		data = rest
	}
	return written, nil
}

// flush ends the line that is being written.
func (w *lineWriter) flush() {
	w.emit(string(bytes.TrimSuffix(w.partial, []byte{'\r'})))
	w.partial = w.partial[:0]
}

// close emits a last line that has no end.
func (w *lineWriter) close() {
	if len(w.partial) > 0 {
		w.flush()
	}
}

func (w *lineWriter) add(data []byte) {
	room := maxLine - len(w.partial)
	w.partial = append(w.partial, data[:min(len(data), room)]...)
}
