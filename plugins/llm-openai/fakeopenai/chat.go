package fakeopenai

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"
)

// created is when every reply was made.
const created = 1767323045

// reply is one answer on its way.
type reply struct {
	w       http.ResponseWriter
	r       *http.Request
	request Request
	answer  Answer
}

func (s *Server) chat(w http.ResponseWriter, r *http.Request) {
	request := Request{Header: r.Header.Clone()}
	if err := json.NewDecoder(r.Body).Decode(&request.Body); err != nil {
		refuseAs(w, Invalid("We could not parse the JSON body of your request."))
		return
	}
	decide := s.arrived(request)
	if !s.has(request.model()) {
		refuseAs(w, UnknownModel(request.model()))
		return
	}
	if len(request.texts()) == 0 {
		refuseAs(w, Invalid("[] is too short - 'messages'"))
		return
	}
	out := reply{w: w, r: r, request: request, answer: decide(request)}
	if out.answer.Status != 0 {
		refuseAs(w, out.answer)
		return
	}
	if !out.send() {
		s.left()
	}
}

// send sends the reply, and reports whether the client stayed.
func (o *reply) send() bool {
	if o.answer.IsWhole {
		if !o.hold() {
			return false
		}
		writeJSON(o.w, http.StatusOK, o.whole())
		return true
	}
	o.w.Header().Set("Content-Type", "text/event-stream; charset=utf-8")
	if !o.hold() {
		return false
	}
	// OpenAI begins with who speaks.
	o.event(o.chunk(object{"role": "assistant", "content": "", "refusal": nil}, nil))
	for i, piece := range o.answer.Pieces {
		if i > 0 && !o.wait(o.answer.Between) {
			return false
		}
		o.write(strings.Repeat(": PROCESSING\n\n", o.answer.Comments))
		o.event(o.chunk(object{"content": piece}, nil))
	}
	o.write(o.answer.Raw)
	return o.end()
}

// hold reports false if the client left meanwhile.
func (o *reply) hold() bool {
	if o.answer.Hold == nil {
		return true
	}
	select {
	case <-o.answer.Hold:
		return true
	case <-o.r.Context().Done():
		return false
	}
}

// wait reports false if the client left meanwhile.
func (o *reply) wait(pause time.Duration) bool {
	timer := time.NewTimer(pause)
	defer timer.Stop()
	select {
	case <-timer.C:
		return o.r.Context().Err() == nil
	case <-o.r.Context().Done():
		return false
	}
}

func (o *reply) end() bool {
	switch o.answer.Ending {
	case Done:
		o.reason()
		if o.wantsUsage() {
			o.event(o.document("chat.completion.chunk", []any{}, object{"usage": o.usage()}))
		}
		o.write("data: [DONE]\n\n")
	case Unmarked:
		o.reason()
	case Lingering:
		o.reason()
		return o.linger()
	case Unreasoned:
		o.write("data: [DONE]\n\n")
	case Missing:
	case Cut:
		o.write(`data: {"id":"chatcmpl`)
		panic(http.ErrAbortHandler)
	case Silent:
		return o.linger()
	}
	return true
}

// linger waits for the client to leave.
func (o *reply) linger() bool {
	<-o.r.Context().Done()
	return false
}

func (o *reply) reason() { o.event(o.chunk(object{}, o.finishReason())) }

func (o *reply) event(document object) {
	encoded, err := json.Marshal(document)
	if err != nil {
		// Maps of strings and numbers always marshal.
		panic(err)
	}
	o.write(fmt.Sprintf("data: %s\n\n", encoded))
}

// write sends text at once. A client that left is found by its context.
func (o *reply) write(text string) {
	_, _ = io.WriteString(o.w, text)
	_ = http.NewResponseController(o.w).Flush()
}
