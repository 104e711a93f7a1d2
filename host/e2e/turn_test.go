package e2e

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"
)

// TestFirstTurnsAtOnce: five concurrent first turns on one conversation make
// five replies and ten messages, in pairs.
func TestFirstTurnsAtOnce(t *testing.T) {
	t.Parallel()
	s := newSite(t, nil)
	s.api().register("a", object{})
	var all sync.WaitGroup
	for i := range 5 {
		all.Go(func() {
			response := s.api().say("a", "c", fmt.Sprint("message ", i))
			if response.status != http.StatusOK {
				t.Errorf("%d %s", response.status, response.raw)
			}
		})
	}
	all.Wait()
	messages := s.api().transcript("a", "c")
	if len(messages) != 10 {
		t.Fatalf("%d messages, want 10", len(messages))
	}
	for i := 0; i < 10; i += 2 {
		user, assistant := messages[i], messages[i+1]
		if user.Turn != i/2+1 || assistant.Turn != user.Turn || user.Role != "user" || assistant.Role != "assistant" ||
			!strings.HasPrefix(assistant.Content, "You said: "+user.Content) {
			t.Errorf("turn %d: %+v %+v", i/2+1, user, assistant)
		}
	}
}

// TestIdempotency: the same key twice is one call to the model and one turn.
func TestIdempotency(t *testing.T) {
	t.Parallel()
	s := newSite(t, nil)
	s.api().register("a", object{})
	s.api().register("b", object{})
	first := s.api().say("a", "c", "hello", "Idempotency-Key", "k1")
	second := s.api().say("a", "c", "hello", "Idempotency-Key", "k1")
	if first.body["replayed"] != false || second.body["replayed"] != true || first.body["reply"] != second.body["reply"] ||
		first.body["turn"] != second.body["turn"] || fmt.Sprint(first.body["usage"]) != fmt.Sprint(second.body["usage"]) {
		t.Errorf("first %s second %s", first.raw, second.raw)
	}
	if calls := len(s.prompts()); calls != 1 {
		t.Errorf("the model was asked %d times", calls)
	}
	if other := s.api().say("a", "c", "something else", "Idempotency-Key", "k1"); other.status != http.StatusUnprocessableEntity {
		t.Errorf("another message under the same key: %d %s", other.status, other.raw)
	}
	if other := s.api().say("b", "c", "hello", "Idempotency-Key", "k1"); other.body["replayed"] != false {
		t.Errorf("another tenant's key was taken for the same: %s", other.raw)
	}

	body := object{"message": "without an id"}
	made := s.api().call(http.MethodPost, "/v1/chat", body, "X-Tenant", "a", "Idempotency-Key", "k2")
	again := s.api().call(http.MethodPost, "/v1/chat", body, "X-Tenant", "a", "Idempotency-Key", "k2")
	if made.body["conversation_id"] != again.body["conversation_id"] || again.body["replayed"] != true {
		t.Errorf("first %s second %s", made.raw, again.raw)
	}

	var events []string
	request, _ := s.api().request(context.Background(), http.MethodPost, "/v1/chat",
		object{"message": "hello", "conversation_id": "c", "stream": true}, "X-Tenant", "a", "Idempotency-Key", "k1")
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	var raw strings.Builder
	if _, err := fmt.Fscan(response.Body, new(string)); err == nil {
		buffer := make([]byte, 1<<16)
		for {
			n, err := response.Body.Read(buffer)
			raw.Write(buffer[:n])
			if err != nil {
				break
			}
		}
	}
	for _, line := range strings.Split("event: "+strings.TrimSpace(raw.String()), "\n") {
		if name, ok := strings.CutPrefix(line, "event: "); ok {
			events = append(events, name)
		}
	}
	if got := strings.Join(events, " "); got != "start delta done" {
		t.Errorf("a streamed replay is %q", got)
	}
}

// TestModelFails: 502, the message is kept as failed, and is not sent again.
func TestModelFails(t *testing.T) {
	t.Parallel()
	s := newSite(t, nil)
	s.api().register("a", object{"llm": object{"fail": "upstream"}})
	failed := s.api().say("a", "c", "lost words", "Idempotency-Key", "k")
	if failed.status != http.StatusBadGateway {
		t.Errorf("%d %s", failed.status, failed.raw)
	}
	if openAI, ok := failed.body["error"].(object); !ok || openAI["message"] == "" {
		t.Errorf("no error member for OpenAI's clients: %s", failed.raw)
	}
	messages := s.api().transcript("a", "c")
	if len(messages) != 1 || messages[0].Status != "failed" || messages[0].Content != "lost words" {
		t.Errorf("the transcript is %+v", messages)
	}
	s.api().register("a", object{"llm": object{"fail": ""}})
	s.api().hears("a", "c", "second")
	for _, text := range s.lastPrompt().texts() {
		if strings.Contains(text, "lost words") {
			t.Errorf("the failed message was sent to the model again: %q", s.lastPrompt().texts())
		}
	}
	retried := s.api().say("a", "c", "lost words", "Idempotency-Key", "k")
	if retried.status != http.StatusOK || retried.body["replayed"] != false || retried.body["turn"] != 3.0 {
		t.Errorf("the retry of a failed turn: %d %s", retried.status, retried.raw)
	}
}

// TestModelFailsInMidStream: the failure is an event, and the turn is failed.
func TestModelFailsInMidStream(t *testing.T) {
	t.Parallel()
	s := newSite(t, nil)
	s.api().register("a", object{"llm": object{"fail": "mid_stream"}})
	var events []string
	err := s.api().stream(context.Background(), "a", "c", "one two three four", func(e event) bool {
		events = append(events, e.name)
		return true
	})
	if err != nil {
		t.Fatal(err)
	}
	if events[0] != "start" || events[len(events)-1] != "error" {
		t.Errorf("events: %q", events)
	}
	if messages := s.api().transcript("a", "c"); len(messages) != 1 || messages[0].Status != "failed" {
		t.Errorf("the transcript is %+v", messages)
	}
}

// TestClientLeaves: the model stops within a second, and the turn is cancelled
// with what was said.
func TestClientLeaves(t *testing.T) {
	t.Parallel()
	s := newSite(t, nil)
	s.api().register("a", object{"llm": object{"chunk_delay": "200ms"}})
	long := strings.Repeat("word ", 200)
	deltas := 0
	err := s.api().stream(context.Background(), "a", "c", long, func(e event) bool {
		if e.name == "delta" {
			deltas++
		}
		return deltas < 3
	})
	if err != nil {
		t.Fatal(err)
	}
	left := time.Now()
	for len(s.prompts()) == 0 && time.Since(left) < 10*time.Second {
		time.Sleep(10 * time.Millisecond)
	}
	if took := time.Since(left); isLate(took, time.Second) {
		t.Errorf("the model went on for %v", took)
	}
	if outcome := s.lastPrompt().Outcome; outcome != "canceled" {
		t.Errorf("the model's call ended as %q", outcome)
	}
	var messages []stored
	for len(messages) < 2 && time.Since(left) < 20*time.Second {
		messages = s.api().transcript("a", "c")
		time.Sleep(10 * time.Millisecond)
	}
	if len(messages) != 2 || messages[0].Status != "cancelled" || messages[1].Status != "cancelled" ||
		!strings.HasPrefix("You said: "+long, messages[1].Content) || messages[1].Content == "" {
		t.Fatalf("the transcript is %+v", messages)
	}
	s.api().register("a", object{"llm": object{"chunk_delay": "0s"}})
	s.api().hears("a", "c", "next")
	if shown := s.lastPrompt().texts(); len(shown) != 3 {
		t.Errorf("what the user saw of the cancelled turn belongs to the window; the model was shown %q", shown)
	}
}

// TestChangesDuringATurn: whatever happens to a bot, its turns complete.
func TestChangesDuringATurn(t *testing.T) {
	t.Parallel()
	for name, disturb := range map[string]func(s *site){
		"refresh":      func(s *site) { s.api().call(http.MethodDelete, "/v1/cache/a", nil) },
		"clear":        func(s *site) { s.api().call(http.MethodDelete, "/v1/cache", nil) },
		"eviction":     func(s *site) { s.api().hears("b", "c", "hello"); s.api().hears("d", "c", "hello") },
		"registration": func(s *site) { s.api().register("a", object{"llm": object{"provider": "echo"}}) },
		"deactivation": func(s *site) { s.api().call(http.MethodPatch, "/v1/tenants/a", object{"active": false}) },
		"removal":      func(s *site) { s.api().call(http.MethodDelete, "/v1/tenants/a", nil) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newSite(t, object{"registry": object{"max_cache_size": 1}})
			s.t = t
			s.api().register("b", object{})
			s.api().register("d", object{})
			s.api().register("a", object{"llm": object{"delay": "400ms", "chunks": 4, "chunk_delay": "50ms"}})
			disturbed := false
			var last event
			err := s.api().stream(context.Background(), "a", "c", "hello there", func(e event) bool {
				if e.name == "start" {
					disturb(s)
					disturbed = true
				}
				last = e
				return true
			})
			if err != nil || !disturbed || last.name != "done" || last.data["reply"] != "You said: hello there" {
				t.Errorf("the turn ended with %+v, %v", last, err)
			}
		})
	}
}

// TestDeactivated: refused at once, and back again.
func TestDeactivated(t *testing.T) {
	t.Parallel()
	s := newSite(t, nil)
	s.api().register("a", object{})
	s.api().hears("a", "c", "hello")
	s.api().call(http.MethodPatch, "/v1/tenants/a", object{"active": false})
	if response := s.api().say("a", "c", "hello"); response.status != http.StatusForbidden {
		t.Errorf("deactivated: %d %s", response.status, response.raw)
	}
	s.api().call(http.MethodPatch, "/v1/tenants/a", object{"active": true})
	s.api().hears("a", "c", "hello")
	if response := s.api().say("nobody", "c", "hello"); response.status != http.StatusNotFound {
		t.Errorf("unknown: %d %s", response.status, response.raw)
	}
}
