package bot

import (
	"context"
	"slices"
	"time"

	"github.com/bothost/bothost/host/allow"
	"github.com/bothost/bothost/sdk/fault"
	"github.com/bothost/bothost/sdk/llm"
	"github.com/bothost/bothost/sdk/message"
	"github.com/bothost/bothost/sdk/store"
)

// Completion asks a bot's model outside of all conversations: the caller says
// what was said before, and nothing is kept of it.
type Completion struct {
	allow.Choice
	// User is whom the caller asks for, for the log; "" is nobody in particular.
	User string
}

// Completed is an answer that is complete.
type Completed struct {
	Text string
	llm.Result
}

// Complete asks the model: the system prompt of the bot's configuration, then the
// caller's messages. It calls hear with each piece of the answer as it comes, one
// after the other; hear may be nil. When ctx ends, or hear returns an error, the
// model is stopped at once. The error is one of allow.Refuse, a *Error, or the
// fault of a plugin that could not be reached.
func (b *Bot) Complete(ctx context.Context, c Completion, hear func(text string) error) (Completed, error) {
	t, err := b.alone(c, hear)
	if err != nil {
		return Completed{}, err
	}
	defer t.releaseAll()
	if err := t.model.next(ctx); err != nil {
		return Completed{}, err
	}
	spoken, err := t.speak(ctx, b.completionPrompt(c.Messages))
	if err != nil {
		err = t.failure(StageModel, t.model.pin, err)
	}
	b.logCompletion(c, t.started, spoken, t.model.provider(), err)
	return Completed{Text: spoken.text, Result: spoken.result}, err
}

// alone is a turn of no conversation, of which only the speaking is done: with
// what the caller has chosen, and no grace for who leaves.
func (b *Bot) alone(c Completion, hear func(string) error) (*turn, error) {
	if err := b.parts.Allow.Check(c.Choice); err != nil {
		return nil, err
	}
	own := b.parts
	own.Limits.DisconnectGrace = 0
	if changes := c.Changes(); len(changes) > 0 {
		if changes["model"] != nil {
			// Other providers do not have it.
			own.Models = own.Models[:1]
		}
		own.Models = slices.Clone(own.Models)
		for i, model := range own.Models {
			own.Models[i] = model.adjusted(c.Choice)
		}
	}
	t := &turn{
		bot: &Bot{parts: own}, model: choice{left: own.Models}, observer: silent{}, whole: hear == nil,
		started: time.Now(), scope: store.Scope{Tenant: own.Tenant},
	}
	if hear != nil {
		t.observer = hearing(hear)
	}
	return t, nil
}

// refusal says by the caller's names what does not fit the provider.
func refusal(c allow.Choice, err error) error {
	e := fault.As(err)
	if len(e.Fields) == 0 {
		return err
	}
	reason := allow.Invalid
	if e.Code == fault.Unsupported {
		reason = allow.Unsupported
	}
	return allow.Refuse(c.Called(e.Fields[0].Key), reason, "%s", e.Fields[0].Message)
}

// hearing observes the pieces of an answer.
type hearing func(text string) error

func (hearing) Started(string, uint64) error { return nil }

func (h hearing) Delta(text string) error { return h(text) }

func (b *Bot) completionPrompt(messages []message.Message) []message.Message {
	if b.parts.SystemPrompt == "" {
		return messages
	}
	return append([]message.Message{message.New(message.System, b.parts.SystemPrompt)}, messages...)
}

// Models are the names that Completion.Model may have.
func (b *Bot) Models() []string { return b.parts.Allow.Catalogue() }

func (b *Bot) logCompletion(c Completion, began time.Time, s spoken, provider string, err error) {
	fields := []any{"milliseconds", time.Since(began).Milliseconds()}
	if c.User != "" {
		fields = append(fields, "user", c.User)
	}
	switch {
	case err == nil:
		b.parts.Logger.Info("completion complete", append(fields, usageFields(Reply{Result: s.result, Provider: provider})...)...)
	case fault.Is(err, fault.Canceled):
		b.parts.Logger.Info("completion cancelled", fields...)
	default:
		b.parts.Logger.Warn("completion failed", append(fields, "error", err)...)
	}
}
