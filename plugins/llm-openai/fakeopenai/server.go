// Package fakeopenai is a stand-in for a server of Chat Completions, for tests: an
// http.Handler that answers in OpenAI's shapes, and in those recorded from other
// servers, the odd ones too. It remembers what it was asked and who left early.
//
// It speaks no better than it is told to: without an Answer it says back the last
// message, a word at a time.
package fakeopenai

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"sync"
)

// Server is a fake. Its methods may be called concurrently, also while it
// serves.
type Server struct {
	mux    *http.ServeMux
	models []string
	key    string

	mu       sync.Mutex
	answer   func(Request) Answer
	requests []Request
	departed int
	changed  chan struct{}
}

// New makes a server that has these models. It asks for no key.
func New(models ...string) *Server {
	s := &Server{mux: http.NewServeMux(), models: models, answer: sayBack, changed: make(chan struct{})}
	s.mux.HandleFunc("POST /v1/chat/completions", s.chat)
	s.mux.HandleFunc("GET /v1/models", s.list)
	s.mux.HandleFunc("GET /v1/models/{model}", s.show)
	return s
}

// Require makes the server ask for a key, before it serves.
func (s *Server) Require(key string) *Server {
	s.key = key
	return s
}

// AnswerWith makes answer decide what requests get from now on. It is called
// concurrently.
func (s *Server) AnswerWith(answer func(Request) Answer) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.answer = answer
}

// ServeHTTP serves one request.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if s.key != "" && r.Header.Get("Authorization") != "Bearer "+s.key {
		refuseAs(w, WrongKey())
		return
	}
	s.mux.ServeHTTP(w, r)
}

func (s *Server) has(model string) bool { return slices.Contains(s.models, model) }

func (s *Server) list(w http.ResponseWriter, _ *http.Request) {
	models := make([]object, len(s.models))
	for i, model := range s.models {
		models[i] = describe(model)
	}
	writeJSON(w, http.StatusOK, object{"object": "list", "data": models})
}

func (s *Server) show(w http.ResponseWriter, r *http.Request) {
	model := r.PathValue("model")
	if !s.has(model) {
		refuseAs(w, UnknownModel(model))
		return
	}
	writeJSON(w, http.StatusOK, describe(model))
}

type object = map[string]any

func describe(model string) object {
	return object{"id": model, "object": "model", "created": created, "owned_by": "system"}
}

func refuseAs(w http.ResponseWriter, answer Answer) {
	for name, value := range answer.Header {
		w.Header().Set(name, value)
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(answer.Status)
	fmt.Fprint(w, answer.Problem)
}

func writeJSON(w http.ResponseWriter, status int, document any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	// A client that left has no use for the rest.
	_ = json.NewEncoder(w).Encode(document)
}
