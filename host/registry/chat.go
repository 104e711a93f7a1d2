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
	leave, err := r.settings.Gates.Enter(ctx, store.Scope{Tenant: tenant, Conversation: c.ConversationID})
	if err != nil {
		return bot.Reply{}, err
	}
	defer leave()
	var reply bot.Reply
	err = r.settings.Gates.UntilFree(ctx, func() (err error) {
		reply, err = r.attempt(ctx, tenant, c, text, observer)
		return err
	})
	return reply, err
}

// attempt runs a turn by what holds now.
func (r *Registry) attempt(ctx context.Context, tenant string, c bot.Context, text string, observer bot.Observer) (bot.Reply, error) {
	e, err := r.acquire(ctx, tenant)
	if err != nil {
		return bot.Reply{}, err
	}
	defer r.release(e)
	if err := r.checkCaller(ctx, tenant); err != nil {
		return bot.Reply{}, err
	}
	return e.value.bot.Turn(ctx, c, text, observer)
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
	e, err := r.acquire(ctx, tenant)
	if err != nil {
		return err
	}
	defer r.release(e)
	return e.value.bot.UseStore(ctx, use)
}

// DeleteConversation deletes one of a tenant's conversations, and supersedes the
// turn that runs there.
func (r *Registry) DeleteConversation(ctx context.Context, scope store.Scope) error {
	return r.UseConversations(ctx, scope.Tenant, deleting(func(ctx context.Context, s store.Conversations) error {
		return s.DeleteConversation(ctx, scope)
	}))
}
