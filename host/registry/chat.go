package registry

import (
	"context"
	"crypto/sha256"
	"encoding/hex"

	"github.com/bothost/bothost/host/bot"
	"github.com/bothost/bothost/sdk/store"
)

// Chat runs one turn of a tenant's bot: first the conversation's gate, then the
// bot as it is configured by then. observer may be nil.
func (r *Registry) Chat(ctx context.Context, tenant string, c bot.Context, text string, observer bot.Observer) (bot.Reply, error) {
	if err := checkTurn(c, text); err != nil {
		return bot.Reply{}, err
	}
	if c.ConversationID == "" {
		c.ConversationID = newConversation(tenant, c.IdempotencyKey)
	}
	if observer == nil {
		observer = silent{}
	}
	leave, err := r.settings.Gates.Enter(ctx, store.Scope{Tenant: tenant, Conversation: c.ConversationID})
	if err != nil {
		return bot.Reply{}, err
	}
	defer leave()
	b, release, err := r.acquire(ctx, tenant)
	if err != nil {
		return bot.Reply{}, err
	}
	defer release()
	return b.Turn(ctx, c, text, observer)
}

// newConversation makes an id. With an idempotency key it is the same each time,
// so that a retry of a conversation's first message finds its answer.
func newConversation(tenant, key string) string {
	if key == "" {
		return "conv_" + randomHex(16)
	}
	sum := sha256.Sum256([]byte(tenant + "\x00" + key))
	return "conv_" + hex.EncodeToString(sum[:16])
}

// UseConversations calls use with the store of a tenant's bot, for what is not a
// turn. use may be called twice if the store's process ended meanwhile.
func (r *Registry) UseConversations(ctx context.Context, tenant string, use func(context.Context, store.Conversations) error) error {
	b, release, err := r.acquire(ctx, tenant)
	if err != nil {
		return err
	}
	defer release()
	return b.UseStore(ctx, use)
}

// silent observes nothing.
type silent struct{}

func (silent) Started(string, uint64) error { return nil }
func (silent) Delta(string) error           { return nil }

// Bot is a tenant's bot for a program that embeds the host. It stands for the
// tenant, not for a configuration: each message is answered by the configuration
// of its time.
type Bot struct {
	registry *Registry
	tenant   string
}

// Option changes how Bot finds a bot.
type Option func(*Registry, string)

// ForceRefresh builds the bot anew.
func ForceRefresh() Option {
	return func(r *Registry, tenant string) { r.Refresh(tenant) }
}

// Bot gives a tenant's bot, and builds it if it is not cached: what is wrong
// with it is known now.
func (r *Registry) Bot(ctx context.Context, tenant string, options ...Option) (*Bot, error) {
	for _, option := range options {
		option(r, tenant)
	}
	_, release, err := r.acquire(ctx, tenant)
	if err != nil {
		return nil, err
	}
	release()
	return &Bot{registry: r, tenant: tenant}, nil
}

// Tenant is whose bot it is.
func (b *Bot) Tenant() string { return b.tenant }

// Chat answers one message, when the reply is durable.
func (b *Bot) Chat(ctx context.Context, c bot.Context, text string) (bot.Reply, error) {
	return b.registry.Chat(ctx, b.tenant, c, text, nil)
}

// ChatStream is Chat that calls emit with each piece of the reply as it comes.
// An error of emit stops the model, as if the caller had left.
func (b *Bot) ChatStream(ctx context.Context, c bot.Context, text string, emit func(delta string) error) (bot.Reply, error) {
	return b.registry.Chat(ctx, b.tenant, c, text, listener(emit))
}

type listener func(delta string) error

func (listener) Started(string, uint64) error { return nil }

func (l listener) Delta(text string) error { return l(text) }
