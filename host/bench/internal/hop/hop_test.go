package hop_test

import (
	"bufio"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/bothost/bothost/host/bench/internal/hop"
)

// newHop serves a hop to a server that is made of a handler.
func newHop(t *testing.T, handler http.HandlerFunc) string {
	t.Helper()
	origin := httptest.NewServer(handler)
	t.Cleanup(origin.Close)
	forward, err := hop.New(origin.URL)
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(forward)
	t.Cleanup(server.Close)
	return server.URL
}

func TestForwards(t *testing.T) {
	t.Parallel()
	url := newHop(t, func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		w.Header().Set("Content-Type", "text/odd")
		w.WriteHeader(http.StatusTeapot)
		_, _ = io.WriteString(w, r.Method+" "+r.URL.Path+" "+r.Header.Get("Content-Type")+" "+string(body))
	})
	for _, prefix := range []string{"", hop.Collected} {
		response, err := http.Post(url+prefix+"/api/chat", "text/plain", strings.NewReader("hello"))
		if err != nil {
			t.Fatal(err)
		}
		body, _ := io.ReadAll(response.Body)
		_ = response.Body.Close()
		if want := "POST /api/chat text/plain hello"; string(body) != want {
			t.Errorf("%q: got %q, want %q", prefix, body, want)
		}
		if response.StatusCode != http.StatusTeapot || response.Header.Get("Content-Type") != "text/odd" {
			t.Errorf("%q: got %s %s", prefix, response.Status, response.Header.Get("Content-Type"))
		}
	}
}

// The second half is sent only when the first has arrived.
func TestPassesOnWhatComesWhenItComes(t *testing.T) {
	t.Parallel()
	arrived := make(chan struct{})
	url := newHop(t, func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.WriteString(w, "one\n")
		_ = http.NewResponseController(w).Flush()
		select {
		case <-arrived:
			_, _ = io.WriteString(w, "two\n")
		case <-r.Context().Done():
		}
	})
	response, err := http.Get(url + "/")
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	body := bufio.NewReader(response.Body)
	for _, want := range []string{"one\n", "two\n"} {
		if got, err := body.ReadString('\n'); got != want || err != nil {
			t.Fatalf("got %q, %v; want %q", got, err, want)
		}
		if want == "one\n" {
			close(arrived)
		}
	}
}

func TestHalfAnAnswerIsNotAWhole(t *testing.T) {
	t.Parallel()
	url := newHop(t, func(w http.ResponseWriter, _ *http.Request) {
		_, _ = io.WriteString(w, "half")
		_ = http.NewResponseController(w).Flush()
		panic(http.ErrAbortHandler)
	})
	for _, prefix := range []string{"", hop.Collected} {
		response, err := http.Get(url + prefix + "/")
		if err != nil {
			continue
		}
		if body, err := io.ReadAll(response.Body); err == nil {
			t.Errorf("%q: got %q as if it were complete", prefix, body)
		}
		_ = response.Body.Close()
	}
}
