// Package load makes turns over HTTP. Run has a number of conversations at once,
// each of which says its next message when it has the whole answer to the last.
// Streams listens to as many replies as there are, and to nothing else than when
// their pieces come.
package load

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
	"time"
)

// Target is what turns are made with.
type Target struct {
	URL    string
	Header http.Header
	// Body is the request of a conversation's next turn.
	Body func(conversation string) []byte
	// Complete is a text that every whole answer has, and half a one has not.
	Complete string
}

// Spec says how much load there is. It ends at the earlier of its two ends; one
// of them at least must be set. A turn that has begun is finished.
type Spec struct {
	Target Target
	// Conversations are the names of those that speak at once.
	Conversations []string
	// Duration is how long turns begin; each conversation makes one at least.
	Duration time.Duration
	// Turns is how many each conversation makes.
	Turns int
	// IsInTurn makes the conversations speak one after the other.
	IsInTurn bool
}

// Result is what came of it.
type Result struct {
	// Latencies are of the turns that were answered, each from the request to
	// the last byte of the answer.
	Latencies []time.Duration
	// Elapsed is from the first request to the last answer.
	Elapsed time.Duration
	// Failed is how many turns were not answered, or not in full; Failure says
	// what was wrong with one of them.
	Failed  int
	Failure error
}

// PerSecond is how many turns a second were answered.
func (r Result) PerSecond() float64 {
	if r.Elapsed <= 0 {
		return 0
	}
	return float64(len(r.Latencies)) / r.Elapsed.Seconds()
}

// Run makes the turns, and returns when all of them have ended; early if ctx
// ends. It does not change the client.
func Run(ctx context.Context, client *http.Client, spec Spec) (Result, error) {
	if spec.Duration <= 0 && spec.Turns <= 0 {
		return Result{}, fmt.Errorf("load on %s: neither a duration nor a number of turns", spec.Target.URL)
	}
	began := time.Now()
	parts := make([]Result, len(spec.Conversations))
	var speaking sync.WaitGroup
	for i, name := range spec.Conversations {
		speaking.Go(func() { parts[i] = speak(ctx, client, spec, name, began) })
		if spec.IsInTurn {
			speaking.Wait()
		}
	}
	speaking.Wait()
	result := Result{Elapsed: time.Since(began)}
	for _, part := range parts {
		result.Latencies = append(result.Latencies, part.Latencies...)
		result.Failed += part.Failed
		if part.Failure != nil {
			result.Failure = part.Failure
		}
	}
	return result, ctx.Err()
}

// speak makes one conversation's turns.
func speak(ctx context.Context, client *http.Client, spec Spec, name string, began time.Time) Result {
	var result Result
	var answer bytes.Buffer
	for turn := 0; ctx.Err() == nil; turn++ {
		if spec.Turns > 0 && turn == spec.Turns || turn > 0 && spec.Duration > 0 && time.Since(began) >= spec.Duration {
			break
		}
		asked := time.Now()
		if err := ask(ctx, client, spec.Target, name, &answer); err != nil {
			result.Failed++
			result.Failure = err
			continue
		}
		result.Latencies = append(result.Latencies, time.Since(asked))
	}
	return result
}

// ask makes one turn and reads its answer to the end, into the buffer.
func ask(ctx context.Context, client *http.Client, target Target, name string, answer *bytes.Buffer) error {
	request, err := target.request(ctx, name)
	if err != nil {
		return err
	}
	response, err := client.Do(request)
	if err != nil {
		return err
	}
	defer func() { _ = response.Body.Close() }()
	answer.Reset()
	if _, err := io.Copy(answer, response.Body); err != nil {
		return fmt.Errorf("read the answer of %s: %w", target.URL, err)
	}
	if response.StatusCode != http.StatusOK || !bytes.Contains(answer.Bytes(), []byte(target.Complete)) {
		return fmt.Errorf("%s answered %s: %s", target.URL, response.Status, shorten(answer.String()))
	}
	return nil
}

// request is that of a conversation's next turn.
func (t Target) request(ctx context.Context, name string) (*http.Request, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, t.URL, bytes.NewReader(t.Body(name)))
	if err != nil {
		return nil, fmt.Errorf("make the request: %w", err)
	}
	for key, values := range t.Header {
		request.Header[key] = values
	}
	request.Header.Set("Content-Type", "application/json")
	return request, nil
}

// mostShown is how much of an answer an error shows.
const mostShown = 300

func shorten(text string) string {
	if len(text) > mostShown {
		text = text[:mostShown] + "..."
	}
	return strings.TrimSpace(text)
}
