package bot

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"time"

	"github.com/bothost/bothost/sdk/client"
	"github.com/bothost/bothost/sdk/fault"
	"github.com/bothost/bothost/sdk/llm"
	"github.com/bothost/bothost/sdk/message"
	"github.com/bothost/bothost/sdk/store"
)

// turn is one attempt to answer one message.
type turn struct {
	bot      *Bot
	scope    store.Scope
	context  Context
	message  message.Message
	token    store.Token
	observer Observer
	started  time.Time

	store, memory, llm *pin
	number             uint64
}

// Turn answers one message. The caller has entered the conversation's gate, and
// keeps the bot's instances open until Turn returns. c.ConversationID is set.
// Where a turn of another process holds the conversation it fails before it has
// begun, and Gates.UntilFree tries again.
//
// When ctx ends, the model is stopped after Limits.DisconnectGrace, and what it
// said until then is kept as a cancelled turn. The error is a *Error, or the
// fault of a plugin that could not be reached before the turn began.
func (b *Bot) Turn(ctx context.Context, c Context, text string, observer Observer) (Reply, error) {
	t := &turn{
		bot: b, context: c, observer: observer, started: time.Now(),
		scope:   store.Scope{Tenant: b.parts.Tenant, Conversation: c.ConversationID},
		message: message.New(message.User, text),
	}
	if _, err := rand.Read(t.token[:]); err != nil {
		return Reply{}, err
	}
	if err := t.pinAll(ctx); err != nil {
		return Reply{}, err
	}
	defer t.releaseAll()
	reply, err := t.run(ctx)
	if !errors.Is(err, errBusy) {
		t.log(reply, err)
	}
	return reply, err
}

// pinAll pins a generation of each plugin, so that all of the turn runs on it
// and a plugin that is not there fails the turn before it has begun.
func (t *turn) pinAll(ctx context.Context) error {
	for _, p := range []struct {
		plugin Plugin
		pin    **pin
	}{
		{t.bot.parts.Store, &t.store},
		{t.bot.parts.Memory, &t.memory},
		{t.bot.parts.LLM, &t.llm},
	} {
		pinned, err := pinPlugin(ctx, p.plugin)
		if err != nil {
			t.releaseAll()
			return err
		}
		*p.pin = pinned
	}
	return nil
}

func (t *turn) releaseAll() {
	for _, p := range []*pin{t.store, t.memory, t.llm} {
		if p != nil {
			p.release()
		}
	}
}

// run is the straight line.
func (t *turn) run(ctx context.Context) (Reply, error) {
	outcome, err := t.begin(ctx)
	if errors.Is(err, errBusy) {
		return Reply{}, err
	}
	if err != nil {
		return Reply{}, t.failure(StageBegin, t.store, err)
	}
	if replayed, ok := outcome.(store.Replayed); ok {
		return t.replay(replayed)
	}
	begun, ok := outcome.(store.Begun)
	if !ok {
		return Reply{}, t.failure(StageBegin, t.store, fault.New(fault.Internal, "unexpected outcome %T", outcome))
	}
	t.number = begun.Turn
	recalled, err := t.recall(ctx, begun)
	if err != nil {
		return Reply{}, t.end(ctx, t.failure(StageRecall, t.memory, err))
	}
	if err := t.observer.Started(t.scope.Conversation, t.number); err != nil {
		return Reply{}, t.end(ctx, t.failure(StageModel, t.llm, fault.New(fault.Canceled, "the caller has left: %w", err)))
	}
	spoken, err := t.speak(ctx, recalled.prompt)
	if err != nil && (!spoken.left || spoken.text == "") {
		return Reply{}, t.end(ctx, t.failure(StageModel, t.llm, err))
	}
	if commitErr := t.commit(ctx, spoken, recalled.state); commitErr != nil {
		return Reply{}, t.end(ctx, t.failure(StageCommit, t.store, commitErr))
	}
	reply := Reply{ConversationID: t.scope.Conversation, Turn: t.number, Text: spoken.text, Result: spoken.result}
	if err != nil {
		return reply, t.failure(StageModel, t.llm, err)
	}
	return reply, nil
}

// begin takes the conversation, unless a turn of another process holds it. It
// runs to its end even if the caller leaves: a turn whose begin was abandoned
// half-way would hold the conversation.
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
	if _, busy := outcome.(store.Busy); err == nil && busy {
		err = errBusy
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

// end gives the conversation back without a reply, and returns the failure that
// it ends with. Where a call before it may have landed unheard, the store's fence
// decides: what is committed stays.
func (t *turn) end(ctx context.Context, failure error) error {
	if fault.HasReason(failure, fault.TurnSuperseded) {
		return failure
	}
	status := store.Failed
	if fault.Is(failure, fault.Canceled) {
		status = store.Cancelled
	}
	request := store.FailTurn{Scope: t.scope, Token: t.token, Status: status, Reason: reason(failure)}
	_, err := repeat(context.WithoutCancel(ctx), t.store,
		func(ctx context.Context, instance client.Instance) (struct{}, error) {
			return struct{}{}, client.Conversations{Instance: instance}.FailTurn(ctx, request)
		})
	if err != nil && !fault.HasReason(err, fault.TurnSuperseded) {
		// The lease or the deadline will free the conversation.
		t.bot.parts.Logger.Warn("turn could not be ended", "conversation", t.scope.Conversation,
			"turn", t.number, "error", err)
	}
	return failure
}

// reason gives the word that is stored with a failed turn.
func reason(failure error) string {
	e := fault.As(failure)
	if e.Reason != "" {
		return e.Reason
	}
	return e.Code.String()
}

func (t *turn) failure(stage Stage, p *pin, err error) error {
	if already, ok := errors.AsType[*Error](err); ok {
		return already
	}
	return &Error{Stage: stage, Plugin: p.plugin.Name, Fault: fault.As(err)}
}

// log writes the turn's one line. It says what happened, never what was said.
func (t *turn) log(reply Reply, err error) {
	fields := []any{
		"conversation", t.scope.Conversation, "turn", t.number,
		"token", hex.EncodeToString(t.token[:4]), "milliseconds", time.Since(t.started).Milliseconds(),
	}
	switch {
	case err == nil && reply.Replayed:
		t.bot.parts.Logger.Info("turn replayed", fields...)
	case err == nil:
		t.bot.parts.Logger.Info("turn complete", append(fields, usageFields(reply.Result)...)...)
	case fault.Is(err, fault.Canceled):
		t.bot.parts.Logger.Info("turn cancelled", fields...)
	default:
		t.bot.parts.Logger.Warn("turn failed", append(fields, "error", err)...)
	}
}

func usageFields(r llm.Result) []any {
	return []any{
		"model", r.Model, "finish_reason", r.FinishReason,
		"prompt_tokens", r.Usage.PromptTokens, "completion_tokens", r.Usage.CompletionTokens,
	}
}
