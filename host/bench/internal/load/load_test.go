package load_test

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/bothost/bothost/host/bench/internal/load"
)

// record serves a handler, and counts who says what and how many at once.
type record struct {
	mu           sync.Mutex
	said         map[string]int
	running, top int
}

func (r *record) begin(name string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.said[name]++
	r.running++
	r.top = max(r.top, r.running)
}

func (r *record) end() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.running--
}

func newTarget(t *testing.T, answer http.HandlerFunc) (load.Target, *record) {
	t.Helper()
	seen := &record{said: map[string]int{}}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		name, _ := io.ReadAll(r.Body)
		seen.begin(string(name))
		defer seen.end()
		answer(w, r)
	}))
	t.Cleanup(server.Close)
	return load.Target{URL: server.URL, Complete: "the end", Body: func(name string) []byte { return []byte(name) }}, seen
}

func whole(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, "all of it, the end") }

func TestEachConversationMakesItsTurns(t *testing.T) {
	t.Parallel()
	for _, isInTurn := range []bool{false, true} {
		target, seen := newTarget(t, whole)
		result, err := load.Run(t.Context(), http.DefaultClient, load.Spec{
			Target: target, Conversations: []string{"a", "b", "c"}, Turns: 4, IsInTurn: isInTurn,
		})
		if err != nil || result.Failed != 0 || len(result.Latencies) != 12 || result.PerSecond() <= 0 {
			t.Errorf("got %+v, %v", result, err)
		}
		if fmt.Sprint(seen.said) != "map[a:4 b:4 c:4]" {
			t.Errorf("said was %v", seen.said)
		}
		if isInTurn && seen.top != 1 {
			t.Errorf("%d spoke at once", seen.top)
		}
	}
}

// A conversation's second turn waits for the end of its first, and others do not.
func TestConversationsSpeakAtOnce(t *testing.T) {
	t.Parallel()
	all := make(chan struct{})
	var arrived sync.WaitGroup
	arrived.Add(3)
	go func() {
		arrived.Wait()
		close(all)
	}()
	target, seen := newTarget(t, func(w http.ResponseWriter, r *http.Request) {
		arrived.Done()
		<-all
		whole(w, r)
	})
	_, err := load.Run(t.Context(), http.DefaultClient, load.Spec{Target: target, Conversations: []string{"a", "b", "c"}, Turns: 1})
	if err != nil || seen.top != 3 {
		t.Errorf("%d spoke at once, %v", seen.top, err)
	}
}

func TestWhatIsNoAnswerIsAFailure(t *testing.T) {
	t.Parallel()
	for name, answer := range map[string]http.HandlerFunc{
		"half":    func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, "all of") },
		"refused": func(w http.ResponseWriter, _ *http.Request) { http.Error(w, "the end", http.StatusTooManyRequests) },
		"cut":     func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) },
	} {
		target, _ := newTarget(t, answer)
		result, err := load.Run(t.Context(), http.DefaultClient, load.Spec{Target: target, Conversations: []string{"a"}, Turns: 2})
		if err != nil || result.Failed != 2 || result.Failure == nil || len(result.Latencies) != 0 {
			t.Errorf("%s: got %+v, %v", name, result, err)
		}
	}
}

func TestEndsByTime(t *testing.T) {
	t.Parallel()
	target, _ := newTarget(t, whole)
	result, err := load.Run(t.Context(), http.DefaultClient, load.Spec{Target: target, Conversations: []string{"a"}, Duration: 20 * time.Millisecond})
	if err != nil || len(result.Latencies) == 0 || result.Elapsed < 20*time.Millisecond {
		t.Errorf("got %+v, %v", result, err)
	}
}

func TestWithoutAnEnd(t *testing.T) {
	t.Parallel()
	_, err := load.Run(t.Context(), http.DefaultClient, load.Spec{Target: load.Target{URL: "http://x"}})
	if err == nil || !strings.Contains(err.Error(), "neither") {
		t.Errorf("got %v", err)
	}
}
