// Package fakemodel is a model server that costs next to nothing: every request
// gets the same reply, made once, in a number of pieces with a pause before each.
//
// It has the two shapes that a host meets: Ollama's (/api/chat, and what its
// clients ask besides) and OpenAI's (/v1/chat/completions, /v1/models). A reply
// that is streamed is flushed after each piece, as a model's is that speaks
// token by token.
package fakemodel

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"
)

// Model is the one model that a server has.
const Model = "fake:1b"

// maxBody bounds a request.
const maxBody = 64 << 20

// Settings say what a reply is like.
type Settings struct {
	// Pieces is how many pieces a reply has; at least one.
	Pieces int
	// Delay is the pause before each piece; a reply that is not streamed comes
	// after all of them. A piece that is late does not make those after it late.
	Delay time.Duration
}

// Server answers requests. It is safe for concurrent use.
type Server struct {
	mux            *http.ServeMux
	settings       Settings
	began          time.Time
	ollama, openai shape
}

// shape is a reply on the wire: a piece and an end, and the whole of it for who
// does not want a stream.
type shape struct {
	streamType       string
	piece, end, full []byte
	// isStreamed says what a request gets that does not say.
	isStreamed bool
}

// New makes a server.
func New(settings Settings) (*Server, error) {
	if settings.Pieces < 1 {
		return nil, fmt.Errorf("a reply has at least one piece, not %d", settings.Pieces)
	}
	if settings.Delay < 0 {
		return nil, fmt.Errorf("a pause of %v is none", settings.Delay)
	}
	s := &Server{mux: http.NewServeMux(), settings: settings, began: time.Now()}
	s.ollama, s.openai = ollamaShape(settings.Pieces), openaiShape(settings.Pieces)
	s.mux.HandleFunc("POST /api/chat", s.answer(&s.ollama))
	s.mux.HandleFunc("POST /v1/chat/completions", s.answer(&s.openai))
	s.mux.HandleFunc("GET /api/version", document(map[string]string{"version": "0.10.1"}))
	s.mux.HandleFunc("GET /api/tags", document(map[string]any{"models": []any{map[string]string{"name": Model, "model": Model}}}))
	s.mux.HandleFunc("POST /api/show", document(map[string]any{"details": map[string]string{"family": "fake"}}))
	s.mux.HandleFunc("GET /v1/models", document(map[string]any{
		"object": "list", "data": []any{map[string]string{"id": Model, "object": "model", "owned_by": "bench"}},
	}))
	return s, nil
}

// ServeHTTP serves one request.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) { s.mux.ServeHTTP(w, r) }

// Reply is the text of every reply.
func (s *Server) Reply() string { return strings.Repeat(word, s.settings.Pieces) }

// word is a piece: about as long as a token.
const word = "words "

func (s *Server) answer(shape *shape) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		var request struct {
			Stream *bool `json:"stream"`
		}
		body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody))
		if err == nil {
			err = json.Unmarshal(body, &request)
		}
		if err != nil {
			http.Error(w, err.Error(), http.StatusBadRequest)
			return
		}
		isStreamed := shape.isStreamed
		if request.Stream != nil {
			isStreamed = *request.Stream
		}
		if isStreamed {
			s.stream(w, r, shape)
			return
		}
		if !s.waitFor(r, time.Since(s.began), s.settings.Pieces) {
			return
		}
		w.Header().Set("Content-Type", "application/json")
		_, _ = w.Write(shape.full)
	}
}

// stream sends the pieces until the client leaves.
func (s *Server) stream(w http.ResponseWriter, r *http.Request, shape *shape) {
	w.Header().Set("Content-Type", shape.streamType)
	flush := http.NewResponseController(w).Flush
	asked := time.Since(s.began)
	for i := range s.settings.Pieces {
		if !s.waitFor(r, asked, i+1) {
			return
		}
		if _, err := w.Write(shape.piece); err != nil || flush() != nil {
			return
		}
	}
	_, _ = w.Write(shape.end)
}

// document answers with the same JSON always.
func document(value any) http.HandlerFunc {
	encoded := encode(value)
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		_, _ = w.Write(encoded)
	}
}

func encode(value any) []byte {
	encoded, err := json.Marshal(value)
	if err != nil {
		// Maps of strings and numbers always marshal.
		panic(err)
	}
	return encoded
}
