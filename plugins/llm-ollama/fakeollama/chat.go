package fakeollama

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"

	"github.com/ollama/ollama/api"
)

// reply is one chat's answer on its way.
type reply struct {
	w       http.ResponseWriter
	r       *http.Request
	request api.ChatRequest
	answer  Answer
}

func (s *Server) chat(w http.ResponseWriter, r *http.Request) {
	var request api.ChatRequest
	if err := json.NewDecoder(r.Body).Decode(&request); err != nil {
		refuse(w, http.StatusBadRequest, err.Error())
		return
	}
	decide := s.arrived(request)
	if !s.models[request.Model] {
		refuse(w, http.StatusNotFound, fmt.Sprintf("model %q not found, try pulling it first", request.Model))
		return
	}
	if problem := wrongOption(request.Options); problem != "" {
		refuse(w, http.StatusInternalServerError, problem)
		return
	}
	answer := decide(request)
	if answer.Status != 0 {
		refuseAs(w, answer)
		return
	}
	out := reply{w: w, r: r, request: request, answer: answer}
	isComplete := false
	if request.Stream != nil && !*request.Stream {
		isComplete = out.whole()
	} else {
		isComplete = out.stream()
	}
	if !isComplete {
		s.left()
	}
}

func refuseAs(w http.ResponseWriter, answer Answer) {
	if answer.Problem == "" {
		w.WriteHeader(answer.Status)
		return
	}
	refuse(w, answer.Status, answer.Problem)
}

// stream sends the reply as it comes, and reports whether the client stayed.
func (o *reply) stream() bool {
	o.w.Header().Set("Content-Type", "application/x-ndjson")
	if !o.wait(o.answer.Delay) {
		return false
	}
	for i, piece := range o.answer.Pieces {
		if i > 0 && !o.wait(o.answer.Between) {
			return false
		}
		o.line(o.chunk(piece))
	}
	return o.end()
}

// whole sends the reply at once.
func (o *reply) whole() bool {
	if !o.wait(o.answer.Delay + time.Duration(len(o.answer.Pieces))*o.answer.Between) {
		return false
	}
	if o.answer.Ending != Done {
		refuse(o.w, http.StatusInternalServerError, EngineDied)
		return true
	}
	last := o.last()
	last.Message.Content = strings.Join(o.answer.Pieces, "")
	writeJSON(o.w, http.StatusOK, last)
	return true
}

// wait reports false if the client left meanwhile.
func (o *reply) wait(pause time.Duration) bool {
	if o.answer.Hold != nil {
		select {
		case <-o.answer.Hold:
		case <-o.r.Context().Done():
			return false
		}
	}
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
	case ErrorLine:
		o.line(map[string]string{"error": EngineDied})
	case Cut:
		_, _ = io.WriteString(o.w, `{"model":"`)
		o.flush()
		panic(http.ErrAbortHandler)
	case Silent:
		o.flush()
		<-o.r.Context().Done()
		return false
	case Missing:
	case Done:
		o.line(o.last())
	}
	return true
}

func (o *reply) chunk(piece string) api.ChatResponse {
	return api.ChatResponse{
		Model:     o.request.Model,
		CreatedAt: time.Now().UTC(),
		Message:   api.Message{Role: "assistant", Content: piece},
	}
}

// last is the line that ends a reply. A word counts as a token.
func (o *reply) last() api.ChatResponse {
	last := o.chunk("")
	last.Done = true
	last.DoneReason = o.answer.DoneReason
	if last.DoneReason == "" {
		last.DoneReason = "stop"
	}
	last.Message.ToolCalls = o.answer.ToolCalls
	for _, m := range o.request.Messages {
		last.PromptEvalCount += len(strings.Fields(m.Content))
	}
	last.EvalCount = len(o.answer.Pieces)
	last.TotalDuration, last.LoadDuration = 3*time.Millisecond, time.Millisecond
	last.PromptEvalDuration, last.EvalDuration = time.Millisecond, time.Millisecond
	return last
}

func (o *reply) line(document any) {
	// A client that left is found by its context.
	_ = json.NewEncoder(o.w).Encode(document)
	o.flush()
}

func (o *reply) flush() { _ = http.NewResponseController(o.w).Flush() }
