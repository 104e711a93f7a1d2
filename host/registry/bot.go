package registry

import (
	"context"

	"github.com/bothost/bothost/host/bot"
	"github.com/bothost/bothost/sdk/store"
)

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
	e, err := r.acquire(ctx, tenant)
	if err != nil {
		return nil, err
	}
	r.release(e)
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

// Messages gives a conversation's whole transcript, oldest first.
func (b *Bot) Messages(ctx context.Context, conversationID string) ([]store.StoredMessage, error) {
	scope := store.Scope{Tenant: b.tenant, Conversation: conversationID}
	return readAll(ctx, b, func(ctx context.Context, s store.Conversations, after string) (store.Page[store.StoredMessage], error) {
		return s.ListMessages(ctx, store.ListMessages{Scope: scope, Limit: pageSize, After: after})
	})
}

// Conversations gives the heads of all the tenant's conversations, newest
// activity first.
func (b *Bot) Conversations(ctx context.Context) ([]store.Conversation, error) {
	return readAll(ctx, b, func(ctx context.Context, s store.Conversations, after string) (store.Page[store.Conversation], error) {
		return s.ListConversations(ctx, store.ListConversations{Tenant: b.tenant, Limit: pageSize, After: after})
	})
}

// pageSize is how much is asked of the store at a time.
const pageSize = 200

// readAll reads a list to its end.
func readAll[T any](ctx context.Context, b *Bot, read func(ctx context.Context, s store.Conversations, after string) (store.Page[T], error)) ([]T, error) {
	var all []T
	for after := ""; ; {
		var page store.Page[T]
		err := b.registry.UseConversations(ctx, b.tenant, func(ctx context.Context, s store.Conversations) (err error) {
			page, err = read(ctx, s, after)
			return err
		})
		if err != nil {
			return nil, err
		}
		all = append(all, page.Items...)
		if after = page.Next; after == "" {
			return all, nil
		}
	}
}
