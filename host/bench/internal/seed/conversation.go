package seed

import (
	"context"
	"crypto/rand"
	"fmt"
	"time"

	"github.com/bothost/bothost/sdk/llm"
	"github.com/bothost/bothost/sdk/memory"
	"github.com/bothost/bothost/sdk/message"
	"github.com/bothost/bothost/sdk/store"
)

const (
	holder  = "seed"
	timeout = time.Minute
	// conversationsAtOnce leave the longest one most of the store's attention.
	conversationsAtOnce = 4
)

// Conversation is what there is to be: turns that all have the same question and
// reply.
type Conversation struct {
	store.Scope
	Turns           int
	Question, Reply string
}

// Speak adds the turns of conversations, several conversations at once, in their
// order: the longest had better come first.
func (s Store) Speak(ctx context.Context, conversations []Conversation) error {
	return each(ctx, conversations, conversationsAtOnce, s.speak)
}

func (s Store) speak(ctx context.Context, c Conversation) error {
	asked, answered := message.New(message.User, c.Question), message.New(message.Assistant, c.Reply)
	for i := range c.Turns {
		if err := s.turn(ctx, c.Scope, asked, answered); err != nil {
			return fmt.Errorf("turn %d of %d of conversation %q: %w", i+1, c.Turns, c.Conversation, err)
		}
	}
	return nil
}

func (s Store) turn(ctx context.Context, scope store.Scope, asked, answered message.Message) error {
	var token store.Token
	_, _ = rand.Read(token[:]) // it never fails
	begun, err := s.conversations.BeginTurn(ctx, store.BeginTurn{
		Scope: scope, Token: token, Holder: holder, Timeout: timeout, UserMessage: asked, Window: memory.Window{MaxMessages: 1},
	})
	if err != nil {
		return err
	}
	if _, ok := begun.(store.Begun); !ok {
		return fmt.Errorf("the turn could not begin: %T", begun)
	}
	_, err = s.conversations.CommitTurn(ctx, store.CommitTurn{
		Scope: scope, Token: token, Status: store.Complete, Messages: []message.Message{answered},
		Result: llm.Result{Model: "seed", FinishReason: "stop"},
	})
	return err
}
