package httpapi

import (
	"bytes"
	"encoding/json"
	"net/http"
)

// eventStream writes server-sent events (WHATWG HTML, section 9.2), each at
// once.
type eventStream struct {
	*pieces
	buffer bytes.Buffer
}

func newEventStream(w http.ResponseWriter) *eventStream {
	return &eventStream{pieces: newPieces(w, "text/event-stream; charset=utf-8")}
}

// send writes one event, whose data is JSON on one line. An error means that
// the client has gone, or takes nothing any more.
func (s *eventStream) send(event string, data any) error {
	s.buffer.Reset()
	s.buffer.WriteString("event: " + event + "\ndata: ")
	encoder := json.NewEncoder(&s.buffer)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(data); err != nil {
		return err
	}
	s.buffer.WriteByte('\n')
	return s.write(s.buffer.Bytes())
}
