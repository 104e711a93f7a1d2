package registry

import (
	"context"
	"strings"
	"unicode/utf8"

	"github.com/bothost/bothost/host/allow"
	"github.com/bothost/bothost/host/bot"
	"github.com/bothost/bothost/sdk/message"
)

// Complete asks the model of a tenant's bot outside of all conversations; see
// bot.Bot. hear may be nil.
func (r *Registry) Complete(
	ctx context.Context, tenant string, c bot.Completion, hear func(text string) error,
) (bot.Completed, error) {
	if err := checkCompletion(c); err != nil {
		return bot.Completed{}, err
	}
	e, err := r.acquire(ctx, tenant)
	if err != nil {
		return bot.Completed{}, err
	}
	defer r.release(e)
	return e.value.bot.Complete(ctx, c, hear)
}

// Models are the names of the models that a tenant's clients may ask.
func (r *Registry) Models(ctx context.Context, tenant string) ([]string, error) {
	e, err := r.acquire(ctx, tenant)
	if err != nil {
		return nil, err
	}
	defer r.release(e)
	return e.value.bot.Models(), nil
}

// checkCompletion refuses what no model can be shown.
func checkCompletion(c bot.Completion) error {
	if len(c.Messages) == 0 {
		return allow.Refuse("messages", allow.Missing, "must have at least one message")
	}
	for i, m := range c.Messages {
		if text := m.Text(); !utf8.ValidString(text) || strings.ContainsRune(text, 0) {
			return allow.Refuse(allow.At("messages", i)+".content", allow.Invalid, "must be UTF-8 text without U+0000")
		}
	}
	if c.Messages[len(c.Messages)-1].Role != message.User {
		return allow.Refuse(allow.At("messages", len(c.Messages)-1)+".role", allow.Invalid, "must be user: the last message is what is answered")
	}
	if c.User == "" {
		return nil
	}
	return CheckName("user", c.User)
}
