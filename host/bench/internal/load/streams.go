package load

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"sync"
	"time"
)

// StreamSpec says which replies are listened to. Each conversation makes one
// turn.
type StreamSpec struct {
	Target Target
	// Piece is a text that each piece of a reply has once, and nothing else.
	Piece         string
	Conversations []string
	// Ramp is the time over which they begin, evenly.
	Ramp time.Duration
}

// StreamResult is what came of it.
type StreamResult struct {
	// First are the times from a request to the first piece of its reply.
	First []time.Duration
	// Gaps are the longest times, one of each stream, in which nothing came,
	// from its first piece to its end.
	Gaps []time.Duration
	// Rates are the pieces a second of each stream, from its first to its end.
	Rates []float64
	// Pieces is how many came in all.
	Pieces int
	// Failed is how many streams were not whole; Failure says what was wrong
	// with one of them.
	Failed  int
	Failure error
}

// Streams listens to all of them, and returns when they have ended. It does not
// change the client.
func Streams(ctx context.Context, client *http.Client, spec StreamSpec) (StreamResult, error) {
	streams := make([]stream, len(spec.Conversations))
	pause := spec.Ramp / time.Duration(max(1, len(streams)))
	began := time.Now()
	var listening sync.WaitGroup
	for i, name := range spec.Conversations {
		time.Sleep(time.Until(began.Add(time.Duration(i) * pause)))
		listening.Go(func() { streams[i].err = streams[i].listen(ctx, client, spec, name) })
	}
	listening.Wait()
	return gather(streams), ctx.Err()
}

func gather(streams []stream) StreamResult {
	var result StreamResult
	for _, s := range streams {
		result.Pieces += s.pieces
		if s.err != nil {
			result.Failed++
			result.Failure = s.err
			continue
		}
		result.First = append(result.First, s.first.Sub(s.asked))
		result.Gaps = append(result.Gaps, s.gap)
		if took := s.last.Sub(s.first).Seconds(); took > 0 {
			result.Rates = append(result.Rates, float64(s.pieces-1)/took)
		}
	}
	return result
}

// stream is what is known of one.
type stream struct {
	asked, first, last time.Time
	gap                time.Duration
	pieces             int
	err                error
}

func (s *stream) listen(ctx context.Context, client *http.Client, spec StreamSpec, name string) error {
	request, err := spec.Target.request(ctx, name)
	if err != nil {
		return err
	}
	s.asked = time.Now()
	response, err := client.Do(request)
	if err != nil {
		return err
	}
	defer func() { _ = response.Body.Close() }()
	if response.StatusCode != http.StatusOK {
		body, _ := io.ReadAll(io.LimitReader(response.Body, mostShown))
		return fmt.Errorf("%s answered %s: %s", spec.Target.URL, response.Status, shorten(string(body)))
	}
	return s.read(response.Body, spec)
}

// read notes when something comes, to the end.
func (s *stream) read(body io.Reader, spec StreamSpec) error {
	pieces, complete := counter{mark: spec.Piece}, counter{mark: spec.Target.Complete}
	buffer := make([]byte, 4<<10)
	for {
		n, err := body.Read(buffer)
		if n > 0 {
			pieces.add(buffer[:n])
			complete.add(buffer[:n])
			s.came(time.Now(), pieces.count)
		}
		switch {
		case errors.Is(err, io.EOF) && complete.count > 0 && s.pieces > 0:
			return nil
		case errors.Is(err, io.EOF):
			return fmt.Errorf("%s: the reply broke off after %d pieces", spec.Target.URL, s.pieces)
		case err != nil:
			return fmt.Errorf("%s: after %d pieces: %w", spec.Target.URL, s.pieces, err)
		}
	}
}

// came notes that by now so many pieces have come.
func (s *stream) came(now time.Time, pieces int) {
	if s.pieces = pieces; pieces == 0 {
		return
	}
	if s.first.IsZero() {
		s.first, s.last = now, now
	}
	s.gap = max(s.gap, now.Sub(s.last))
	s.last = now
}
