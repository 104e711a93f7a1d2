package httpapi

import (
	"bytes"
	"encoding/json"
	"net/http"
	"time"
)

// eventTimeout is how long a client may take to take an event.
const eventTimeout = 30 * time.Second

// eventStream writes server-sent events (WHATWG HTML, section 9.2), each at
// once.
type eventStream struct {
	w          http.ResponseWriter
	controller *http.ResponseController
	started    bool
	buffer     bytes.Buffer
}

func newEventStream(w http.ResponseWriter) *eventStream {
	return &eventStream{w: w, controller: http.NewResponseController(w)}
}

// send writes one event, whose data is JSON on one line. An error means that
// the client has gone, or takes nothing any more.
func (s *eventStream) send(event string, data any) error {
	if !s.started {
		s.begin()
	}
	s.buffer.Reset()
	s.buffer.WriteString("event: " + event + "\ndata: ")
	encoder := json.NewEncoder(&s.buffer)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(data); err != nil {
		return err
	}
	s.buffer.WriteByte('\n')
	// A server that cannot set deadlines (in tests) has none to fear.
	_ = s.controller.SetWriteDeadline(time.Now().Add(eventTimeout))
	if _, err := s.w.Write(s.buffer.Bytes()); err != nil {
		return err
	}
	return s.controller.Flush()
}

func (s *eventStream) begin() {
	header := s.w.Header()
	header.Set("Content-Type", "text/event-stream; charset=utf-8")
	header.Set("Cache-Control", "no-store")
	// Asks nginx not to collect what is meant to be seen at once.
	header.Set("X-Accel-Buffering", "no")
	s.w.WriteHeader(http.StatusOK)
	s.started = true
}
