package fakeollama

import (
	"context"
	"fmt"
	"slices"

	"github.com/ollama/ollama/api"
)

// Requests gives the chat requests so far, the refused ones too, in order of
// arrival.
func (s *Server) Requests() []api.ChatRequest {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.requests)
}

// AwaitRequests waits until n chat requests have arrived in all.
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
			return fmt.Errorf("fakeollama: %d of %d %s: %w", have, n, what, ctx.Err())
		}
	}
}

// arrived notes a request and gives what decides on its answer.
func (s *Server) arrived(request api.ChatRequest) func(api.ChatRequest) Answer {
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
