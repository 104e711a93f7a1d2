package plugincheck

import (
	"bytes"
	"io"
	"strings"
	"sync"
)

const (
	// lineLimit bounds the line of the handshake.
	lineLimit = 4 << 10
	// tailLimit is how many bytes of what a plugin printed are shown.
	tailLimit = 2 << 10
)

// output is what a process prints. It is safe for concurrent use.
type output struct {
	// first gets the first line of standard output.
	first chan string

	mutex sync.Mutex
	// line is the first line as far as it has come; nil once it is whole.
	line *bytes.Buffer
	// noise is the beginning of what follows it.
	noise []byte
	// last is the end of standard error.
	last []byte
}

func newOutput() *output { return &output{first: make(chan string, 1), line: &bytes.Buffer{}} }

// writer is a function as an io.Writer that never fails.
type writer func(data []byte)

func (w writer) Write(data []byte) (int, error) {
	w(data)
	return len(data), nil
}

func (o *output) stdout() io.Writer { return writer(o.addStdout) }

func (o *output) stderr() io.Writer { return writer(o.addStderr) }

func (o *output) addStdout(data []byte) {
	o.mutex.Lock()
	defer o.mutex.Unlock()
	if o.line != nil {
		line, rest, whole := bytes.Cut(data, []byte{'\n'})
		o.line.Write(line)
		if !whole && o.line.Len() < lineLimit {
			return
		}
		o.first <- o.line.String()
		o.line, data = nil, rest
	}
	o.noise = append(o.noise, data[:min(len(data), lineLimit-len(o.noise))]...)
}

func (o *output) addStderr(data []byte) {
	o.mutex.Lock()
	defer o.mutex.Unlock()
	o.last = append(o.last, data...)
	o.last = o.last[max(0, len(o.last)-tailLimit):]
}

// afterHandshake is what has come on standard output after the first line.
func (o *output) afterHandshake() string {
	o.mutex.Lock()
	defer o.mutex.Unlock()
	return string(o.noise)
}

// silent reports whether nothing was printed at all.
func (o *output) silent() bool {
	o.mutex.Lock()
	defer o.mutex.Unlock()
	return len(o.last) == 0 && o.line != nil && o.line.Len() == 0
}

// tail is the end of what was printed on standard error, for the end of an
// error's text.
func (o *output) tail() string {
	o.mutex.Lock()
	defer o.mutex.Unlock()
	text := strings.TrimSpace(strings.ToValidUTF8(string(o.last), "\ufffd"))
	if text == "" {
		return "it printed nothing on standard error"
	}
	return "the last that it printed:\n" + text
}
