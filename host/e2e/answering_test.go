package e2e

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/bothost/bothost/host/internal/fakemodel"
)

// answerTo is what the answering model says to a message: no two messages have the
// same reply, so that a reply which went astray shows.
func answerTo(message string) string { return "The answer to " + message }

// answering gives the section of a provider whose model takes its time, and fails
// the test if it is shown a past that was not so.
func answering(t *testing.T, pause time.Duration) object {
	t.Helper()
	others, err := fakemodel.New(fakemodel.Settings{Pieces: 1})
	if err != nil {
		t.Fatal(err)
	}
	mux := http.NewServeMux()
	mux.Handle("/", others)
	mux.HandleFunc("POST /api/chat", func(w http.ResponseWriter, r *http.Request) {
		var request ollamaRequest
		if err := json.NewDecoder(r.Body).Decode(&request); err != nil {
			// The plugin may have been killed while it asked.
			http.Error(w, err.Error(), http.StatusBadRequest)
			return
		}
		if err := request.wrong(); err != nil {
			t.Error(err)
		}
		request.answer(w, r, pause)
	})
	server := httptest.NewUnstartedServer(mux)
	// What is open belongs to a call that is being made.
	server.Config.SetKeepAlivesEnabled(false)
	server.Start()
	t.Cleanup(server.Close)
	return object{"provider": "ollama", "base_url": server.URL, "model": fakemodel.Model}
}

// ollamaRequest is what is asked of Ollama, as far as it matters here.
type ollamaRequest struct {
	Stream   *bool
	Messages []struct{ Role, Content string }
}

// wrong checks that what the model is shown are questions with their answers, and
// then a question.
func (r ollamaRequest) wrong() error {
	if len(r.Messages)%2 != 1 {
		return fmt.Errorf("the model was shown %d messages", len(r.Messages))
	}
	for i := 0; i+1 < len(r.Messages); i += 2 {
		question, answer := r.Messages[i], r.Messages[i+1]
		if question.Role != "user" || answer.Role != "assistant" || answer.Content != answerTo(question.Content) {
			return fmt.Errorf("the model was shown the question %+v with the answer %+v", question, answer)
		}
	}
	return nil
}

// answer says it in words, with a pause before each third of them.
func (r ollamaRequest) answer(w http.ResponseWriter, request *http.Request, pause time.Duration) {
	const parts = 3
	text := answerTo(r.Messages[len(r.Messages)-1].Content)
	words := strings.SplitAfterN(text, " ", parts)
	if r.Stream != nil && !*r.Stream {
		words = []string{text}
	}
	line := json.NewEncoder(w)
	for _, word := range words {
		select {
		case <-time.After(pause * parts / time.Duration(len(words))):
		case <-request.Context().Done():
			return
		}
		_ = line.Encode(object{"model": fakemodel.Model, "message": object{"role": "assistant", "content": word}, "done": len(words) == 1})
		_ = http.NewResponseController(w).Flush()
	}
	if len(words) > 1 {
		_ = line.Encode(object{"model": fakemodel.Model, "message": object{"role": "assistant"}, "done": true, "done_reason": "stop"})
	}
}
