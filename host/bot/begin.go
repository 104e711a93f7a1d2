package bot

import (
	"context"
	"crypto/sha256"
	"encoding/json"

	"github.com/bothost/bothost/sdk/client"
	"github.com/bothost/bothost/sdk/fault"
	"github.com/bothost/bothost/sdk/message"
	"github.com/bothost/bothost/sdk/store"
)

// begin takes the conversation. If a turn of another process holds it, the error
// is a busyError, after a wait for that turn's end. Begin runs to its end even if
// the caller leaves: a turn whose begin was abandoned half-way would hold the
// conversation.
func (t *turn) begin(ctx context.Context) (store.BeginOutcome, error) {
	request := t.beginRequest()
	outcome, err := repeat(context.WithoutCancel(ctx), t.store,
		func(ctx context.Context, instance client.Instance) (store.BeginOutcome, error) {
			return client.Conversations{Instance: instance}.BeginTurn(ctx, request)
		})
	if err != nil && uncertain(err) {
		// It may have landed: who comes next must not wait for it.
		return nil, t.end(ctx, t.failure(StageBegin, t.store, err))
	}
	if busy, ok := outcome.(store.Busy); err == nil && ok {
		return nil, t.awaitEnd(ctx, busy.Turn)
	}
	return outcome, err
}

func (t *turn) beginRequest() store.BeginTurn {
	window := t.memory.session.Window()
	if window.MaxBytes <= 0 || window.MaxBytes > MaxWindowBytes {
		window.MaxBytes = MaxWindowBytes
	}
	return store.BeginTurn{
		Scope: t.scope, Token: t.token, Holder: t.bot.parts.Holder, Timeout: t.bot.parts.Limits.TurnTimeout,
		IdempotencyKey: t.context.IdempotencyKey, RequestHash: t.requestHash(),
		UserMessage: t.message, Window: window,
		UserID: t.context.UserID, Metadata: t.context.Metadata,
	}
}

// requestHash tells one request from another under the same key.
func (t *turn) requestHash() []byte {
	if t.context.IdempotencyKey == "" {
		return nil
	}
	canonical, err := json.Marshal([]any{t.message.Text(), t.context.UserID, string(t.context.Metadata)})
	if err != nil {
		// Strings always marshal.
		panic(err)
	}
	sum := sha256.Sum256(canonical)
	return sum[:]
}

// replay tells a turn again that was answered before.
func (t *turn) replay(replayed store.Replayed) (Reply, error) {
	reply := Reply{
		ConversationID: t.scope.Conversation, Turn: replayed.Turn, Result: replayed.Result, Replayed: true,
	}
	for _, m := range replayed.Messages {
		if m.Role == message.Assistant {
			reply.Text += m.Text()
		}
	}
	t.number = replayed.Turn
	err := t.observer.Started(reply.ConversationID, reply.Turn)
	if err == nil {
		err = t.observer.Delta(reply.Text)
	}
	if err != nil {
		return reply, t.failure(StageModel, t.store, fault.New(fault.Canceled, "the caller has left: %w", err))
	}
	return reply, nil
}
