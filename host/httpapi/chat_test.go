package httpapi_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestChat(t *testing.T) {
	t.Parallel()
	h := newHarness(t, noAuth)
	body := h.want(t, 200, post("/v1/chat", `{"message":"Hi","conversation_id":"c1","user_id":"ann","metadata":{"a":1}}`))
	want := map[string]any{
		"conversation_id": "c1", "turn": 1.0, "reply": "You said: Hi", "model": "fake:1b", "provider": "fake", "finish_reason": "stop",
		"usage": map[string]any{"prompt_tokens": 3.0, "completion_tokens": 4.0}, "replayed": false,
	}
	if diff := cmp.Diff(want, body); diff != "" {
		t.Errorf("the reply differs:\n%s", diff)
	}
}

// TestNewConversation checks the ids that the host makes.
func TestNewConversation(t *testing.T) {
	t.Parallel()
	h := newHarness(t, noAuth)
	say := post("/v1/chat", `{"message":"Hi"}`)
	id := func(c call) any { return h.want(t, 200, c)["conversation_id"] }
	if first, second := id(say), id(say); first == second || first == "" {
		t.Errorf("two conversations are %v and %v", first, second)
	}
	// With a key a retry finds the conversation; another tenant does not.
	first := id(say.with("Idempotency-Key", "k1"))
	if again := id(say.with("Idempotency-Key", "k1")); again != first {
		t.Errorf("a retry is in %v, not in %v", again, first)
	}
	for _, other := range []call{
		say.with("Idempotency-Key", "k2"), say.with("Idempotency-Key", "k1").with("X-Tenant", "b"),
	} {
		if id(other) == first {
			t.Errorf("%v is in the same conversation", other)
		}
	}
}
