// Package model is the model's server of a chaos run, in Ollama's shape. It
// keeps every prompt that it is shown, and each of its replies is different from
// all others.
//
// Some calls fail, as a model's do: refused, cut in the middle of the reply, or
// silent until the caller gives up.
package model

import (
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"sync"
	"time"

	"github.com/bothost/bothost/host/chaos/internal/history"
)

// Name is the one model that there is.
const Name = "chaos:1b"

// maxBody bounds a request.
const maxBody = 16 << 20

// Some calls have a pause that is much longer than others', so that whatever is
// stopped or killed has turns in it.
const (
	slowOnceIn = 8
	slower     = 200
)

// fate is what becomes of a call.
type fate int

const (
	speaks fate = iota
	refuses
	breaks
	isSilent
)

// Server answers and records. It is safe for concurrent use.
type Server struct {
	mux     *http.ServeMux
	elapsed func() time.Duration
	maxStep time.Duration

	mu      sync.Mutex
	random  *rand.Rand
	isCalm  bool
	asks    []*history.Ask
	running int
}

// New makes a server. elapsed tells the run's time; a reply takes a few steps,
// each at most maxStep long as a rule.
func New(seed uint64, elapsed func() time.Duration, maxStep time.Duration) *Server {
	s := &Server{mux: http.NewServeMux(), elapsed: elapsed, maxStep: maxStep, random: rand.New(rand.NewPCG(seed, 1))}
	s.mux.HandleFunc("POST /api/chat", s.chat)
	return s
}

// ServeHTTP serves one request.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) { s.mux.ServeHTTP(w, r) }

// Calm ends the failures.
func (s *Server) Calm() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.isCalm = true
}

// Asks gives all calls so far, in the order of their arrival, and the number of
// those that still run.
func (s *Server) Asks() (asks []history.Ask, running int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	asks = make([]history.Ask, len(s.asks))
	for i, ask := range s.asks {
		asks[i] = *ask
	}
	return asks, s.running
}

func (s *Server) chat(w http.ResponseWriter, r *http.Request) {
	var request struct {
		Messages []struct {
			Role    string `json:"role"`
			Content string `json:"content"`
		} `json:"messages"`
	}
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody))
	if err == nil {
		err = json.Unmarshal(body, &request)
	}
	if err != nil || len(request.Messages) == 0 {
		http.Error(w, fmt.Sprintf("not a chat: %v", err), http.StatusBadRequest)
		return
	}
	prompt := make([]history.Message, len(request.Messages))
	for i, m := range request.Messages {
		prompt[i] = history.Message{Role: m.Role, Text: m.Content}
	}
	call := s.begin(prompt)
	defer s.end(call)
	call.answer(w, r)
}

// call is one that runs.
type call struct {
	ask    *history.Ask
	pieces []string
	pauses []time.Duration
	fate   fate
	said   bool
}

func (s *Server) begin(prompt []history.Message) *call {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.running++
	// The first piece has the number and what ends it, so that also half a reply
	// is different from all others.
	pieces := []string{fmt.Sprintf("reply %d:", len(s.asks)+1), " to", " " + prompt[len(prompt)-1].Text, " in full"}
	c := &call{pieces: pieces, fate: s.draw(), ask: &history.Ask{Began: s.elapsed(), Prompt: prompt}}
	for _, piece := range pieces {
		c.ask.Reply += piece
		c.pauses = append(c.pauses, time.Duration(s.random.Int64N(int64(s.maxStep)+1)))
	}
	if s.random.IntN(slowOnceIn) == 0 {
		c.pauses[s.random.IntN(len(pieces))] *= slower
	}
	s.asks = append(s.asks, c.ask)
	return c
}

func (s *Server) draw() fate {
	if s.isCalm {
		return speaks
	}
	switch n := s.random.IntN(1000); {
	case n < 10:
		return refuses
	case n < 20:
		return breaks
	case n < 23:
		return isSilent
	}
	return speaks
}

func (s *Server) end(c *call) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.running--
	c.ask.Whole = c.said
}
