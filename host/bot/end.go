package bot

import (
	"context"
	"encoding/hex"
	"errors"
	"time"

	"github.com/bothost/bothost/sdk/client"
	"github.com/bothost/bothost/sdk/fault"
	"github.com/bothost/bothost/sdk/store"
)

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
		t.bot.parts.Logger.Warn("turn could not be ended yet", "conversation", t.scope.Conversation,
			"turn", t.number, "error", err)
		if later := t.bot.parts.EndLater; later != nil {
			later(request)
		}
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
		t.bot.parts.Logger.Info("turn complete", append(fields, usageFields(reply)...)...)
	case fault.Is(err, fault.Canceled):
		t.bot.parts.Logger.Info("turn cancelled", fields...)
	default:
		t.bot.parts.Logger.Warn("turn failed", append(fields, "error", err)...)
	}
}

// logFallback tells the operator that another model has spoken than was meant to.
func (t *turn) logFallback() {
	if failed := t.model.failed; len(failed) > 0 {
		t.bot.parts.Logger.Warn("a fallback spoke", "conversation", t.scope.Conversation, "turn", t.number,
			"from", failed[0].plugin, "to", t.model.pin.plugin.Name, "error", t.model.failure())
	}
}

func usageFields(r Reply) []any {
	return []any{
		"provider", r.Provider, "model", r.Model, "finish_reason", r.FinishReason,
		"prompt_tokens", r.Usage.PromptTokens, "completion_tokens", r.Usage.CompletionTokens,
	}
}
