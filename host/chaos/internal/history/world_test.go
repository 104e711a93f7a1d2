package history_test

import (
	"fmt"
	"time"

	"github.com/bothost/bothost/host/chaos/internal/history"
)

const (
	maxMessages = 4
	readers     = 3
)

// world is a host that does everything right, one turn after the other, and
// writes the history of it.
type world struct {
	history.History
	now    time.Duration
	stored map[history.Place][]history.Stored
}

func newWorld() *world {
	w := &world{stored: make(map[history.Place][]history.Stored)}
	for _, name := range []string{"a", "b"} {
		w.Tenants = append(w.Tenants, history.Tenant{
			Name: name, MaxMessages: maxMessages, SystemPrompts: []string{"old prompt of " + name, "new prompt of " + name},
		})
	}
	return w
}

// turn makes one that ends with a status, and gives its request's index.
func (w *world) turn(place history.Place, status string) int {
	n := len(w.Requests)
	key := fmt.Sprintf("key-%d", n)
	request := history.Request{Place: place, Key: key, Text: fmt.Sprintf("[%s %s]", place, key)}
	w.Requests = append(w.Requests, request)
	w.again(n, status)
	return n
}

// again makes another attempt at a request, which is a new turn.
func (w *world) again(n int, status string) {
	request := &w.Requests[n]
	at := request.Place
	reply := fmt.Sprintf("reply %d: to %s in full", len(w.Asks)+1, request.Text)
	prompt := []history.Message{{Role: history.System, Text: "new prompt of " + at.Tenant}}
	prompt = append(append(prompt, w.window(at)...), history.Message{Role: history.User, Text: request.Text})
	began := w.tick()
	w.Asks = append(w.Asks, history.Ask{Began: w.tick(), Prompt: prompt, Reply: reply, Whole: status == history.Complete})
	number := w.newest(at) + 1
	attempt := history.Attempt{Began: began, Outcome: history.Unknown, Problem: "cut"}
	w.stored[at] = append(w.stored[at], history.Stored{Turn: number, Role: history.User, Text: request.Text, Status: status})
	switch status {
	case history.Complete:
		w.stored[at] = append(w.stored[at], history.Stored{Turn: number, Role: history.Assistant, Text: reply, Status: status})
		attempt.Outcome, attempt.Turn, attempt.Reply = history.Acknowledged, number, reply
	case history.Cancelled:
		w.stored[at] = append(w.stored[at], history.Stored{Turn: number, Role: history.Assistant, Text: reply[:10], Status: status})
	case history.Failed:
		attempt.Outcome, attempt.Problem = history.Refused, "the model failed"
	}
	attempt.Ended = w.tick()
	request.Attempts = append(request.Attempts, attempt)
}

// replay sends an acknowledged request once more.
func (w *world) replay(n int) {
	attempt := w.Requests[n].Attempts[len(w.Requests[n].Attempts)-1]
	attempt.Began, attempt.Ended, attempt.Replayed, attempt.Instance = w.tick(), w.tick(), true, 1
	w.Requests[n].Attempts = append(w.Requests[n].Attempts, attempt)
}

func (w *world) remove(place history.Place) {
	w.stored[place] = nil
	w.Deletions = append(w.Deletions, history.Deletion{Place: place, Began: w.tick(), Ended: w.tick(), Done: true})
}

// end reads everything, as every reader does.
func (w *world) end() *history.History {
	w.Transcripts = nil
	for reader := range readers {
		for place, messages := range w.stored {
			w.Transcripts = append(w.Transcripts, history.Transcript{
				Place: place, Reader: fmt.Sprintf("instance %d", reader), Messages: append([]history.Stored(nil), messages...),
			})
		}
	}
	return &w.History
}

func (w *world) tick() time.Duration {
	w.now += time.Millisecond
	return w.now
}

func (w *world) newest(place history.Place) uint64 {
	messages := w.stored[place]
	if len(messages) == 0 {
		return 0
	}
	return messages[len(messages)-1].Turn
}

// window is the newest turns that have a reply.
func (w *world) window(place history.Place) []history.Message {
	var shown []history.Message
	messages := w.stored[place]
	for i, m := range messages {
		if m.Role == history.Assistant {
			shown = append(shown, history.Message{Role: history.User, Text: messages[i-1].Text}, history.Message{Role: m.Role, Text: m.Text})
		}
	}
	return shown[max(0, len(shown)-maxMessages):]
}
