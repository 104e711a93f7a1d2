package e2e

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"
)

// TestPromptIsBounded: the model is sent the system prompt, at most max_messages
// and the new one, at any length of the conversation.
func TestPromptIsBounded(t *testing.T) {
	t.Parallel()
	s := newSite(t, nil)
	s.api().register("a", object{
		"memory":  object{"max_messages": 4},
		"prompts": object{"system": "Be brief."},
	})
	for turn := 1; turn <= 8; turn++ {
		s.api().hears("a", "c", fmt.Sprintf("question %d", turn))
		shown := s.lastPrompt().Messages
		earlier := min(2*(turn-1), 4)
		if len(shown) != 1+earlier+1 {
			t.Fatalf("turn %d: the model was shown %d messages, want %d", turn, len(shown), 1+earlier+1)
		}
		if shown[0].Role != "system" || shown[0].Text != "Be brief." {
			t.Errorf("turn %d: the first message is %+v", turn, shown[0])
		}
		if earlier > 0 && shown[1].Text != fmt.Sprintf("question %d", turn-earlier/2) {
			t.Errorf("turn %d: memory begins with %q", turn, shown[1].Text)
		}
		if last := shown[len(shown)-1]; last.Role != "user" || last.Text != fmt.Sprintf("question %d", turn) {
			t.Errorf("turn %d: the last message is %+v", turn, last)
		}
	}
}

// TestMemoryOutlivesTheBot: after a restart, an eviction, a refresh, another
// configuration, the bot still remembers.
func TestMemoryOutlivesTheBot(t *testing.T) {
	t.Parallel()
	s := newSite(t, object{"registry": object{"max_cache_size": 1}})
	memory := object{"max_messages": 40}
	s.api().register("a", object{"memory": memory})
	s.api().register("b", object{})
	s.api().hears("a", "c", "my number is 4711")
	for name, disturb := range map[string]func(){
		"nothing":  func() {},
		"restart":  s.restart,
		"eviction": func() { s.api().hears("b", "c", "push a out") },
		"refresh":  func() { s.api().call(http.MethodDelete, "/v1/cache/a", nil) },
		"clear":    func() { s.api().call(http.MethodDelete, "/v1/cache", nil) },
		"change":   func() { s.api().register("a", object{"memory": memory, "prompts": object{"system": "Be kind."}}) },
	} {
		disturb()
		s.api().hears("a", "c", "after "+name)
		if !slices.Contains(s.lastPrompt().texts(), "user: my number is 4711") {
			t.Errorf("after %s the model was shown %q", name, s.lastPrompt().texts())
		}
	}
}

// TestTextIsData: what looks like a template reaches the model and the store byte
// for byte.
func TestTextIsData(t *testing.T) {
	t.Parallel()
	s := newSite(t, nil)
	system := "{{.System}} ${HOME} {% raw %} %s \\n \"quoted\""
	s.api().register("a", object{"prompts": object{"system": system}})
	for i, text := range []string{
		"{{7*7}}", "{% x", "${HOME}", "((a))", "${env:PATH}", "$${env:PATH}", "%d %s %%", "<script>&amp;</script>",
		"tab\tand\nlines\r\nof all kinds", `back\slash "quotes" 'single'`, "emoji 👩‍🚀 \u202e rtl \ufeff bom", "  spaces around  ",
	} {
		conversation := fmt.Sprint("c", i)
		s.api().hears("a", conversation, text)
		shown := s.lastPrompt().Messages
		if shown[0].Text != system || shown[1].Text != text {
			t.Errorf("%q reached the model as %q, the system prompt as %q", text, shown[1].Text, shown[0].Text)
		}
		if stored := s.api().transcript("a", conversation); stored[0].Content != text {
			t.Errorf("%q was stored as %q", text, stored[0].Content)
		}
	}
}

// TestCache: least recently used goes first, and age makes new.
func TestCache(t *testing.T) {
	t.Parallel()
	s := newSite(t, object{"registry": object{"max_cache_size": 2, "cache_ttl": "1s"}})
	for _, tenant := range []string{"a", "b", "c"} {
		s.api().register(tenant, object{})
	}
	for _, tenant := range []string{"a", "b", "a", "c"} {
		s.api().hears(tenant, "x", "hello")
	}
	cache := s.api().call(http.MethodGet, "/v1/cache", nil).body
	if got := fmt.Sprint(cache["tenants"]); got != "[c a]" {
		t.Errorf("cached are %s, want [c a]", got)
	}
	if cache["evictions"] != 1.0 || cache["max_size"] != 2.0 || cache["ttl_seconds"] != 1.0 {
		t.Errorf("cache: %v", cache)
	}
	misses := cache["misses"].(float64)
	time.Sleep(1100 * time.Millisecond)
	s.api().hears("a", "x", "again")
	if got := s.api().call(http.MethodGet, "/v1/cache", nil).body["misses"]; got != misses+1 {
		t.Errorf("after the TTL there were %v misses, want %v", got, misses+1)
	}
}

// TestBigMessages: what a conversation may hold passes between the processes,
// also beyond the 4 MiB that gRPC allows by itself, and never wedges it.
func TestBigMessages(t *testing.T) {
	t.Parallel()
	s := newSite(t, nil)
	s.api().register("a", object{"llm": object{"max_tokens": 5}, "memory": object{"max_messages": 40}})
	big := strings.Repeat("word ", 180_000)
	for turn := 1; turn <= 12; turn++ {
		s.api().hears("a", "c", fmt.Sprint(turn, " ", big))
	}
	shown, size := s.lastPrompt().Messages, 0
	for _, m := range shown {
		size += len(m.Text)
	}
	if size < 8<<20 || size > 10<<20 {
		t.Errorf("the model was shown %d bytes, want the newest 8 MiB and the new message", size)
	}
	if last := shown[len(shown)-3].Text; !strings.HasPrefix(last, "11 ") {
		t.Errorf("the newest message of the past begins with %.10q", last)
	}
}
