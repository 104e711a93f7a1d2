package buffer_test

import (
	"fmt"
	"testing"

	"pgregory.net/rapid"

	"github.com/bothost/bothost/plugins/memory-buffer/buffer"
	"github.com/bothost/bothost/sdk"
	"github.com/bothost/bothost/sdk/memory"
	"github.com/bothost/bothost/sdk/message"
	"github.com/bothost/bothost/sdk/plugintest"
)

func TestSuite(t *testing.T) {
	t.Parallel()
	for _, section := range []map[string]any{nil, {"max_messages": 2}, {"max_messages": 7}} {
		t.Run(fmt.Sprint(section), func(t *testing.T) {
			t.Parallel()
			plugintest.TestMemory(t, buffer.Open, section)
		})
	}
}

// TestNewest checks the whole contract against any history: what is shown is the
// longest end of it that fits and begins with a user's message.
func TestNewest(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		limit := rapid.IntRange(2, 12).Draw(t, "max_messages")
		roles := rapid.SliceOfN(rapid.SampledFrom([]message.Role{message.User, message.Assistant}), 0, 20).Draw(t, "roles")
		history := make([]message.Message, len(roles))
		for i, role := range roles {
			history[i] = message.New(role, fmt.Sprint(i))
		}
		shown := recall(t, limit, history)
		want := 0
		for i, m := range history {
			if len(history)-i <= limit && m.Role == message.User {
				want = len(history) - i
				break
			}
		}
		if len(shown) != want {
			t.Fatalf("of %v with max_messages %d the model is shown %d messages, want %d", roles, limit, len(shown), want)
		}
		for i, m := range shown {
			if m.Text() != history[len(history)-want+i].Text() {
				t.Fatalf("message %d shown is %q", i, m.Text())
			}
		}
	})
}

func recall(t *rapid.T, limit int, history []message.Message) []message.Message {
	strategy, err := buffer.Open(t.Context(), buffer.Config{MaxMessages: limit}, sdk.Settings{})
	if err != nil {
		t.Fatal(err)
	}
	response, err := strategy.Recall(t.Context(), memory.Request{Phase: memory.BeforeReply, History: history})
	if err != nil {
		t.Fatal(err)
	}
	return response.Next.(memory.Prompt).Messages
}
