// Package fakeollama is a stand-in for an Ollama server, for tests: an
// http.Handler that answers in the shapes recorded from the real one (v0.10.1),
// its odd ones too, and remembers what it was asked and who left early.
//
// It speaks no better than it is told to: without an Answer it says back the
// last message, a word at a time.
package fakeollama

import (
	"encoding/json"
	"fmt"
	"net/http"
	"sync"

	"github.com/ollama/ollama/api"
)

// Version is what the server says it is.
const Version = "0.10.1"

// Server is a fake. Its methods may be called concurrently, also while it
// serves.
type Server struct {
	mux    *http.ServeMux
	models map[string]bool

	mu       sync.Mutex
	answer   func(api.ChatRequest) Answer
	requests []api.ChatRequest
	departed int
	changed  chan struct{}
}

// New makes a server that has these models.
func New(models ...string) *Server {
	s := &Server{
		mux:     http.NewServeMux(),
		models:  make(map[string]bool, len(models)),
		answer:  sayBack,
		changed: make(chan struct{}),
	}
	for _, model := range models {
		s.models[model] = true
	}
	s.mux.HandleFunc("GET /{$}", s.root)
	s.mux.HandleFunc("GET /api/version", s.version)
	s.mux.HandleFunc("GET /api/tags", s.tags)
	s.mux.HandleFunc("POST /api/show", s.show)
	s.mux.HandleFunc("POST /api/chat", s.chat)
	return s
}

// AnswerWith makes answer decide what requests get from now on. It is called
// concurrently.
func (s *Server) AnswerWith(answer func(api.ChatRequest) Answer) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.answer = answer
}

// ServeHTTP serves one request.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) { s.mux.ServeHTTP(w, r) }

func (s *Server) root(w http.ResponseWriter, _ *http.Request) {
	fmt.Fprint(w, "Ollama is running")
}

func (s *Server) version(w http.ResponseWriter, _ *http.Request) {
	writeJSON(w, http.StatusOK, map[string]string{"version": Version})
}

func (s *Server) tags(w http.ResponseWriter, _ *http.Request) {
	list := api.ListResponse{Models: make([]api.ListModelResponse, 0, len(s.models))}
	for model := range s.models {
		list.Models = append(list.Models, api.ListModelResponse{Name: model, Model: model})
	}
	writeJSON(w, http.StatusOK, list)
}

func (s *Server) show(w http.ResponseWriter, r *http.Request) {
	var request api.ShowRequest
	if err := json.NewDecoder(r.Body).Decode(&request); err != nil {
		refuse(w, http.StatusBadRequest, err.Error())
		return
	}
	if !s.models[request.Model] {
		refuse(w, http.StatusNotFound, fmt.Sprintf("model '%s' not found", request.Model))
		return
	}
	writeJSON(w, http.StatusOK, api.ShowResponse{Template: "{{ .Prompt }}", Details: api.ModelDetails{Family: "llama"}})
}

func refuse(w http.ResponseWriter, status int, problem string) {
	writeJSON(w, status, map[string]string{"error": problem})
}

func writeJSON(w http.ResponseWriter, status int, document any) {
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.WriteHeader(status)
	// A client that left has no use for the rest.
	_ = json.NewEncoder(w).Encode(document)
}
