package plugintest

import (
	"context"
	"strings"
	"sync"
	"unicode/utf8"

	"github.com/bothost/bothost/sdk/llm"
	"github.com/bothost/bothost/sdk/message"
)

// listener is the end of a stream: it keeps the pieces, and reports what no
// piece may be.
type listener struct {
	t      T
	mu     sync.Mutex
	pieces []string
	// react, if it is set, answers for the listener.
	react func() error
}

func (l *listener) emit(text string) error {
	if !l.mu.TryLock() {
		l.t.Errorf("emit was called while an earlier call of it was running")
		return nil
	}
	defer l.mu.Unlock()
	if !utf8.ValidString(text) {
		l.t.Errorf("piece %d, %q, is not whole code points of UTF-8", len(l.pieces)+1, text)
	}
	l.pieces = append(l.pieces, text)
	if l.react != nil {
		return l.react()
	}
	return nil
}

func (l *listener) reply() string { return strings.Join(l.pieces, "") }

// user is a conversation of one message.
func user(text string) []message.Message {
	return []message.Message{message.New(message.User, text)}
}

// converse has a call that must succeed, and gives the reply.
func converse(t T, subject LLM, tenant string, messages []message.Message) (string, llm.Result) {
	t.Helper()
	heard := listener{t: t}
	result, err := subject.Chat(t.Context(), tenant, "conversation", messages, heard.emit)
	if err != nil {
		t.Fatalf("chat: %v", err)
	}
	return heard.reply(), result
}

// longRequest makes those who repeat what they hear, and those who obey, speak
// at length.
func longRequest() []message.Message {
	return user("Repeat after me, a word at a time: " + strings.Repeat("one two three four five ", 100))
}

// ask starts a call whose end may be waited for.
func ask(ctx context.Context, subject LLM, messages []message.Message, emit func(string) error) <-chan error {
	ended := make(chan error, 1)
	go func() {
		_, err := subject.Chat(ctx, "tenant", "conversation", messages, emit)
		ended <- err
	}()
	return ended
}
