package fakeopenai

import (
	"context"
	"fmt"
	"net/http"
	"slices"
)

// Request is what a client asked.
type Request struct {
	Header http.Header
	// Body is the document as it came, decoded.
	Body map[string]any
}

// model that is asked for.
func (r Request) model() string {
	name, _ := r.Body["model"].(string)
	return name
}

// texts are those of its messages, of the parts of one together.
func (r Request) texts() []string {
	messages, _ := r.Body["messages"].([]any)
	texts := make([]string, 0, len(messages))
	for _, m := range messages {
		message, _ := m.(object)
		texts = append(texts, textOf(message["content"]))
	}
	return texts
}

func textOf(content any) string {
	switch c := content.(type) {
	case string:
		return c
	case []any:
		text := ""
		for _, p := range c {
			part, _ := p.(object)
			piece, _ := part["text"].(string)
			text += piece
		}
		return text
	}
	return ""
}

// Requests gives the requests for a reply so far, the refused ones too, in order of
// arrival.
func (s *Server) Requests() []Request {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.requests)
}

// AwaitRequests waits until n requests for a reply have arrived in all.
func (s *Server) AwaitRequests(ctx context.Context, n int) error {
	return s.await(ctx, "requests", n, func() int { return len(s.requests) })
}

// AwaitDepartures waits until n clients in all have left before their reply
// was complete.
func (s *Server) AwaitDepartures(ctx context.Context, n int) error {
	return s.await(ctx, "departures", n, func() int { return s.departed })
}

// await waits until count, which is called with the lock held, is n.
func (s *Server) await(ctx context.Context, what string, n int, count func() int) error {
	for {
		s.mu.Lock()
		have, changed := count(), s.changed
		s.mu.Unlock()
		if have >= n {
			return nil
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return fmt.Errorf("fakeopenai: %d of %d %s: %w", have, n, what, ctx.Err())
		}
	}
}

// arrived notes a request and gives what decides on its answer.
func (s *Server) arrived(request Request) func(Request) Answer {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.requests = append(s.requests, request)
	s.announce()
	return s.answer
}

func (s *Server) left() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.departed++
	s.announce()
}

// announce wakes who waits for a change; the lock is held.
func (s *Server) announce() {
	close(s.changed)
	s.changed = make(chan struct{})
}
