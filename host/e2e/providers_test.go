package e2e

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"

	"github.com/bothost/bothost/host/internal/fakemodel"
)

// modelServer is a server of models that keeps what it is asked.
type modelServer struct {
	*httptest.Server
	mu    sync.Mutex
	asked []asked
	// refusal, if it is set, answers in the models' place.
	refusal http.HandlerFunc
}

type asked struct {
	path, authorization string
	body                object
}

func newModelServer(t *testing.T) *modelServer {
	t.Helper()
	model, err := fakemodel.New(fakemodel.Settings{Pieces: 3})
	if err != nil {
		t.Fatal(err)
	}
	s := &modelServer{}
	s.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		raw, err := io.ReadAll(r.Body)
		if err != nil {
			return
		}
		r.Body = io.NopCloser(bytes.NewReader(raw))
		if refusal := s.keep(r, raw); refusal != nil {
			refusal(w, r)
			return
		}
		model.ServeHTTP(w, r)
	}))
	t.Cleanup(s.Close)
	return s
}

func (s *modelServer) keep(r *http.Request, raw []byte) http.HandlerFunc {
	s.mu.Lock()
	defer s.mu.Unlock()
	kept := asked{path: r.URL.Path, authorization: r.Header.Get("Authorization")}
	_ = json.Unmarshal(raw, &kept.body)
	s.asked = append(s.asked, kept)
	return s.refusal
}

// last is the newest of so many requests; of none, nothing.
func (s *modelServer) last(t *testing.T, count int) asked {
	t.Helper()
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.asked) != count {
		t.Fatalf("the server was asked %d times, want %d: %+v", len(s.asked), count, s.asked)
	}
	if count == 0 {
		return asked{}
	}
	return s.asked[count-1]
}

func (s *modelServer) refuse(status int, header, value, document string) {
	s.answer(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set(header, value)
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(status)
		_, _ = io.WriteString(w, document)
	})
}

// answer has all requests answered in the models' place.
func (s *modelServer) answer(refusal http.HandlerFunc) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.refusal = refusal
}

// TestATenantWithAnotherProvider overrides everything about the model: the base is
// on Ollama, client-b on a server of Chat Completions, with a key by reference.
func TestATenantWithAnotherProvider(t *testing.T) {
	t.Parallel()
	const key = "sk-only-for-the-server-of-client-b"
	ollama, openai := newModelServer(t), newModelServer(t)
	s := newSite(t, object{
		"secrets": object{"allow_env": []any{"CLIENT_B_*"}},
		"bot": object{
			"llm":     object{"provider": "ollama", "model": fakemodel.Model, "base_url": ollama.URL, "num_ctx": 512},
			"prompts": object{"system": "You are an assistant."},
		},
	}, "CLIENT_B_KEY="+key)
	s.api().register("client-a", object{})
	s.api().register("client-b", object{"llm": object{
		"provider": "openai", "model": "gpt-4", "api_key": "${env:CLIENT_B_KEY}", "base_url": openai.URL + "/v1",
	}})

	s.api().hears("client-a", "c", "hello")
	if got := ollama.last(t, 1); got.path != "/api/chat" || got.body["model"] != fakemodel.Model || got.authorization != "" {
		t.Errorf("Ollama was asked %+v", got)
	}
	reply := s.api().hears("client-b", "c", "hello")
	got := openai.last(t, 1)
	if got.path != "/v1/chat/completions" || got.body["model"] != "gpt-4" || got.authorization != "Bearer "+key {
		t.Errorf("the other server was asked %+v", got)
	}
	if _, inherited := got.body["options"]; inherited || len(got.body["messages"].([]any)) != 2 {
		t.Errorf("the other server was asked %v", got.body)
	}
	checkStreamed(t, s, reply)
	if second := openai.last(t, 2).body["messages"].([]any); len(second) != 4 {
		t.Errorf("the second turn shows %v, want the first one too", second)
	}
	ollama.last(t, 1)
	checkKeyIsHidden(t, s, key)
	checkLimited(t, s, openai)
}

// checkStreamed makes a turn of client-b that comes in pieces.
func checkStreamed(t *testing.T, s *site, want string) {
	t.Helper()
	var text strings.Builder
	var last event
	err := s.api().stream(context.Background(), "client-b", "c", "again", func(e event) bool {
		if e.name == "delta" {
			text.WriteString(e.data["text"].(string))
		}
		last = e
		return true
	})
	if err != nil || last.name != "done" || text.String() != want || last.data["reply"] != want {
		t.Errorf("streamed %q, then %+v, %v; want %q", text.String(), last, err, want)
	}
}

// checkKeyIsHidden reads all that the API shows of client-b.
func checkKeyIsHidden(t *testing.T, s *site, key string) {
	t.Helper()
	for _, path := range []string{"/v1/tenants/client-b", "/v1/tenants/client-b?effective=true", "/v1/plugins"} {
		shown := s.api().call(http.MethodGet, path, nil)
		if shown.status != http.StatusOK || strings.Contains(string(shown.raw), key) {
			t.Errorf("%s: %d %s", path, shown.status, shown.raw)
		}
	}
}

// checkLimited: whose limit it is stays visible, and so does when to come again.
func checkLimited(t *testing.T, s *site, openai *modelServer) {
	t.Helper()
	openai.refuse(http.StatusTooManyRequests, "Retry-After", "17",
		`{"error": {"message": "Rate limit reached for gpt-4", "type": "requests", "param": null, "code": "rate_limit_exceeded"}}`)
	limited := s.api().say("client-b", "c", "once more")
	if limited.status != http.StatusTooManyRequests || limited.header.Get("Retry-After") != "17" ||
		!strings.Contains(string(limited.raw), "Rate limit reached for gpt-4") {
		t.Errorf("%d, Retry-After %q: %s", limited.status, limited.header.Get("Retry-After"), limited.raw)
	}
	openai.last(t, 3)
	s.api().hears("client-a", "c", "hello again")
}
