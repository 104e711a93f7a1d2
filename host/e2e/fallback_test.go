package e2e

import (
	"context"
	"io"
	"net/http"
	"os"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/bothost/bothost/host/internal/fakemodel"
)

const fallbackKey = "sk-only-for-the-fallback"

// newFallbackSite has a bot on Ollama that a server of Chat Completions speaks for.
func newFallbackSite(t *testing.T, more object) (s *site, ollama, openai *modelServer) {
	t.Helper()
	ollama, openai = newModelServer(t), newModelServer(t)
	values := object{"bot": object{"llm": object{
		"provider": "ollama", "model": fakemodel.Model, "base_url": ollama.URL,
		"fallback": []any{object{
			"provider": "openai", "model": "gpt-4", "base_url": openai.URL + "/v1", "api_key": "${env:FALLBACK_KEY}",
		}},
	}}}
	for key, value := range more {
		values[key] = value
	}
	s = newSite(t, values, "FALLBACK_KEY="+fallbackKey)
	s.api().register("a", object{})
	return s, ollama, openai
}

// speaks makes a turn and checks who speaks.
func speaks(t *testing.T, s *site, provider string) {
	t.Helper()
	answer := s.api().say("a", "c", "Hello?")
	if answer.status != http.StatusOK || answer.body["provider"] != provider || answer.body["model"] != fakemodel.Model {
		t.Errorf("%d %s; want %s to speak", answer.status, answer.raw, provider)
	}
}

func TestFallbackSpeaks(t *testing.T) {
	t.Parallel()
	s, ollama, openai := newFallbackSite(t, nil)
	speaks(t, s, "ollama")
	openai.last(t, 0)

	ollama.refuse(http.StatusTooManyRequests, "Retry-After", "17", `{"error": "slowly"}`)
	speaks(t, s, "openai")
	if got := openai.last(t, 1); got.body["model"] != "gpt-4" || got.authorization != "Bearer "+fallbackKey {
		t.Errorf("the fallback was asked %+v", got)
	}
	var last event
	err := s.api().stream(context.Background(), "a", "c", "And now?", func(e event) bool { last = e; return true })
	if err != nil || last.name != "done" || last.data["provider"] != "openai" {
		t.Errorf("the stream ended with %+v, %v", last, err)
	}

	ollama.Close()
	speaks(t, s, "openai")

	openai.refuse(http.StatusInternalServerError, "X-Any", "", `{"error": {"message": "out of order"}}`)
	answer := s.api().say("a", "c", "Hello?")
	detail, _ := answer.body["detail"].(string)
	if answer.status != http.StatusBadGateway || !strings.HasPrefix(detail, "llm-ollama: ") ||
		!strings.Contains(detail, "in its place llm-openai failed") || strings.Contains(string(answer.raw), fallbackKey) {
		t.Errorf("%d %s", answer.status, answer.raw)
	}
}

// TestNoFallbackInTheMiddleOfAReply: what has been heard stays what was said.
func TestNoFallbackInTheMiddleOfAReply(t *testing.T) {
	t.Parallel()
	s, ollama, openai := newFallbackSite(t, nil)
	ollama.answer(func(w http.ResponseWriter, _ *http.Request) {
		_, _ = io.WriteString(w, `{"model":"m","message":{"role":"assistant","content":"Once upon"},"done":false}`+"\n")
		_ = http.NewResponseController(w).Flush()
		panic(http.ErrAbortHandler)
	})
	var text strings.Builder
	var last event
	err := s.api().stream(context.Background(), "a", "c", "Hello?", func(e event) bool {
		if said, ok := e.data["text"].(string); ok && e.name == "delta" {
			text.WriteString(said)
		}
		last = e
		return true
	})
	if err != nil || last.name != "error" || text.String() != "Once upon" {
		t.Errorf("heard %q, then %+v, %v", text.String(), last, err)
	}
	openai.last(t, 0)
}

// TestFallbackOfACrashingPlugin ends the plugin's process whenever it is asked.
func TestFallbackOfACrashingPlugin(t *testing.T) {
	t.Parallel()
	s, ollama, openai := newFallbackSite(t, nil)
	ollama.answer(func(_ http.ResponseWriter, r *http.Request) {
		for _, plugin := range s.host.Plugins() {
			if plugin.Plugin == "llm-ollama" && plugin.PID != 0 {
				_ = syscall.Kill(plugin.PID, syscall.SIGKILL)
			}
		}
		<-r.Context().Done()
	})
	speaks(t, s, "openai")
	ollama.last(t, 2)
	openai.last(t, 1)
}

// TestFallbackOfAMissingPlugin takes the plugins away, one at a time.
func TestFallbackOfAMissingPlugin(t *testing.T) {
	t.Parallel()
	dir := newPluginDir(t, "llm-ollama", "llm-openai", "memory-buffer", "store-sqlite")
	s, _, _ := newFallbackSite(t, object{"plugin_dir": dir.path})
	speaks(t, s, "ollama")
	dir.check(os.Remove(dir.file("llm-ollama")))
	s.becomes("llm-ollama", "", "")
	speaks(t, s, "openai")
	// The bot that is built now has never seen it.
	s.host.Registry().ClearCache()
	speaks(t, s, "openai")
	dir.put("llm-ollama", dir.built("llm-ollama"))
	for began := time.Now(); s.api().say("a", "c", "Hello?").body["provider"] != "ollama"; time.Sleep(50 * time.Millisecond) {
		if time.Since(began) > 20*time.Second {
			t.Fatal("the plugin is there again, and is not asked")
		}
	}
	dir.check(os.Remove(dir.file("llm-openai")))
	s.becomes("llm-openai", "", "")
	s.host.Registry().ClearCache()
	speaks(t, s, "ollama")

	refused := s.api().call(http.MethodPut, "/v1/tenants/b", object{"llm": object{"fallback": []any{
		object{"provider": "echo"}, object{"provider": "gone", "model": "m"},
	}}})
	if refused.status != http.StatusUnprocessableEntity || !strings.Contains(string(refused.raw), `"llm.fallback[1].provider"`) {
		t.Errorf("%d %s", refused.status, refused.raw)
	}
}
