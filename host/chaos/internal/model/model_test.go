package model_test

import (
	"bufio"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/bothost/bothost/host/chaos/internal/history"
	"github.com/bothost/bothost/host/chaos/internal/model"
)

func start(t *testing.T, seed uint64) (*model.Server, string) {
	t.Helper()
	began := time.Now()
	server := model.New(seed, func() time.Duration { return time.Since(began) }, time.Microsecond)
	listening := httptest.NewServer(server)
	t.Cleanup(listening.Close)
	return server, listening.URL
}

// ask sends a message and gives the reply, if it was whole.
func ask(t *testing.T, url, text string) (reply string, isWhole bool) {
	t.Helper()
	encoded, err := json.Marshal(map[string]any{"model": model.Name, "messages": []map[string]string{
		{"role": "system", "content": "be kind"}, {"role": "user", "content": text},
	}})
	if err != nil {
		t.Fatal(err)
	}
	client := &http.Client{Timeout: time.Second}
	response, err := client.Post(url+"/api/chat", "application/json", strings.NewReader(string(encoded)))
	if err != nil {
		return "", false
	}
	defer response.Body.Close()
	for lines := bufio.NewScanner(response.Body); lines.Scan(); {
		var line struct {
			Done    bool
			Message struct{ Content string }
		}
		if err := json.Unmarshal(lines.Bytes(), &line); err != nil {
			return reply, false
		}
		reply += line.Message.Content
		if line.Done {
			return reply, true
		}
	}
	return reply, false
}

// TestRecords: every prompt is kept as it came, and every reply is told apart.
func TestRecords(t *testing.T) {
	t.Parallel()
	server, url := start(t, 1)
	server.Calm()
	seen := make(map[string]bool)
	for range 20 {
		reply, isWhole := ask(t, url, "hello")
		if !isWhole || seen[reply] {
			t.Errorf("the reply %q is whole: %t, known: %t", reply, isWhole, seen[reply])
		}
		seen[reply] = true
	}
	asks, running := server.Asks()
	if len(asks) != 20 || running != 0 {
		t.Fatalf("%d calls are kept, %d run", len(asks), running)
	}
	for i, kept := range asks {
		if !seen[kept.Reply] || !kept.Whole || i > 0 && kept.Began < asks[i-1].Began {
			t.Errorf("call %d is kept as %+v", i, kept)
		}
		want := []history.Message{{Role: "system", Text: "be kind"}, {Role: "user", Text: "hello"}}
		if len(kept.Prompt) != 2 || kept.Prompt[0] != want[0] || kept.Prompt[1] != want[1] {
			t.Errorf("the prompt is kept as %v", kept.Prompt)
		}
	}
}

// TestFails: some calls come to nothing, and are not kept as whole.
func TestFails(t *testing.T) {
	t.Parallel()
	server, url := start(t, 2)
	whole := 0
	const calls = 300
	for range calls {
		if _, isWhole := ask(t, url, "hello"); isWhole {
			whole++
		}
	}
	if whole == calls || whole < calls*9/10 {
		t.Errorf("%d of %d calls were answered", whole, calls)
	}
	asks, _ := server.Asks()
	kept := 0
	for _, call := range asks {
		if call.Whole {
			kept++
		}
	}
	// A caller that gives up may miss a reply that was said.
	if len(asks) != calls || kept < whole || kept == calls {
		t.Errorf("%d calls are kept, %d of them as whole; %d were", len(asks), kept, whole)
	}
}
