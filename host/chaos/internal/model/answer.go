package model

import (
	"encoding/json"
	"net/http"
	"time"
)

// answer speaks, or does not.
func (c *call) answer(w http.ResponseWriter, r *http.Request) {
	if c.fate == refuses {
		http.Error(w, `{"error":"the model does not feel well"}`, http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "application/x-ndjson")
	flush := http.NewResponseController(w).Flush
	for i, piece := range c.pieces {
		if !pause(r, c.pauses[i]) {
			return
		}
		if i == len(c.pieces)/2 && c.fate != speaks {
			c.fail(r)
			return
		}
		if _, err := w.Write(line(piece, false)); err != nil || flush() != nil {
			return
		}
	}
	// Said before it is known to be heard: who hears it may commit it at once.
	c.said = true
	_, _ = w.Write(line("", true))
}

// fail ends a reply half-way: the connection breaks, or nothing comes any more.
func (c *call) fail(r *http.Request) {
	if c.fate == breaks {
		panic(http.ErrAbortHandler)
	}
	<-r.Context().Done()
}

func line(text string, isDone bool) []byte {
	document := map[string]any{
		"model": Name, "created_at": "2026-01-02T03:04:05Z", "done": isDone,
		"message": map[string]string{"role": "assistant", "content": text},
	}
	if isDone {
		document["done_reason"], document["prompt_eval_count"], document["eval_count"] = "stop", 1, 1
	}
	encoded, err := json.Marshal(document)
	if err != nil {
		panic(err) // strings and numbers always marshal
	}
	return append(encoded, '\n')
}

// pause waits; false means that the caller has left.
func pause(r *http.Request, length time.Duration) bool {
	timer := time.NewTimer(length)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-r.Context().Done():
		return false
	}
}
