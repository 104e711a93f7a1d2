package fakemodel

import (
	"net/http"
	"time"
)

// beats is how many times in a delay pieces are sent. All that are due by then are
// sent together, as by a model that takes a step for many replies at once: so the
// server wakes up as often for two thousand replies as for one.
const beats = 10

// waitFor waits until a piece is due of a reply that was asked for at a time since
// the server began. It is false if the client has left.
func (s *Server) waitFor(r *http.Request, asked time.Duration, piece int) bool {
	if s.settings.Delay == 0 {
		return true
	}
	due := onBeat(asked+time.Duration(piece)*s.settings.Delay, s.settings.Delay/beats)
	left := due - time.Since(s.began)
	if left <= 0 {
		return r.Context().Err() == nil
	}
	timer := time.NewTimer(left)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-r.Context().Done():
		return false
	}
}

// onBeat is the first beat that is not before a time.
func onBeat(at, beat time.Duration) time.Duration {
	if beat <= 0 {
		return at
	}
	return (at + beat - 1) / beat * beat
}
