package bot

import (
	"context"
	"encoding/json"
	"errors"
	"strings"
	"time"

	"github.com/bothost/bothost/sdk/client"
	"github.com/bothost/bothost/sdk/fault"
	"github.com/bothost/bothost/sdk/llm"
	"github.com/bothost/bothost/sdk/llm/silence"
	"github.com/bothost/bothost/sdk/message"
)

// spoken is what a model said, complete or not.
type spoken struct {
	text   string
	result llm.Result
	// left tells that the model was stopped because its caller had left.
	left bool
}

var errLeft = errors.New("the caller has left")

// speech is one call of a model while it runs.
type speech struct {
	turn   *turn
	cancel context.CancelCauseFunc
	watch  *silence.Watch
	text   strings.Builder
	// deaf: nobody listens any more; what is said is kept all the same.
	deaf bool
}

// speak asks a model and passes on what it says; another one, if the first fails
// before it has said anything. Two things stop it early: the model stays silent
// for too long, or the caller leaves and the grace runs out.
func (t *turn) speak(ctx context.Context, prompt []message.Message) (spoken, error) {
	modelCtx, cancel := context.WithCancelCause(context.WithoutCancel(ctx))
	defer cancel(nil)
	s := &speech{turn: t, cancel: cancel}
	stopWatching := context.AfterFunc(ctx, s.leave)
	defer stopWatching()

	result, err := s.askAll(modelCtx, prompt)
	out := spoken{text: s.text.String(), result: result}
	if err != nil && errors.Is(context.Cause(modelCtx), errLeft) {
		out.left = true
		out.result.FinishReason = "cancelled"
		err = fault.New(fault.Canceled, "%w", errLeft)
	}
	return out, err
}

// askAll asks the model, and the ones behind it for as long as each fails before
// anybody was told what it said.
func (s *speech) askAll(ctx context.Context, prompt []message.Message) (llm.Result, error) {
	for {
		result, err := s.askWatched(ctx, prompt)
		if err == nil || s.isTold() || ctx.Err() != nil {
			return result, err
		}
		if err := s.turn.model.after(ctx, err); err != nil {
			return llm.Result{}, err
		}
		s.text.Reset()
	}
}

// askWatched asks a model that must not be silent for too long.
func (s *speech) askWatched(ctx context.Context, prompt []message.Message) (llm.Result, error) {
	limit := s.turn.bot.parts.Limits.IdleTimeout
	watched, watch := silence.Start(ctx, limit)
	defer watch.Stop()
	s.watch = watch
	result, err := s.ask(watched, prompt)
	if err != nil && silence.HasEnded(watched) {
		err = fault.New(fault.Timeout, "the model said nothing for %v", limit).WithReason(ModelSilent).FromUpstream()
	}
	return result, err
}

// ask makes the call; once more on a new process if the first ended before anybody
// was told what the model said.
func (s *speech) ask(ctx context.Context, prompt []message.Message) (llm.Result, error) {
	result, err := s.askOnce(ctx, prompt)
	if err == nil || s.isTold() || fault.As(err).Upstream || !lost(ctx, err) || s.turn.model.pin.renew(ctx) != nil {
		return result, err
	}
	s.text.Reset()
	return s.askOnce(ctx, prompt)
}

// isTold reports whether something was passed on; of a whole reply nothing is.
func (s *speech) isTold() bool { return s.text.Len() > 0 && !s.turn.whole }

func (s *speech) askOnce(ctx context.Context, prompt []message.Message) (llm.Result, error) {
	model := &s.turn.model
	return client.LLM{Instance: model.pin.instance()}.Chat(ctx, llm.Request[json.RawMessage]{
		Tenant: s.turn.scope.Tenant, Conversation: s.turn.scope.Conversation, Turn: s.turn.number,
		Messages: prompt, Options: model.options, Whole: s.turn.whole,
	}, s.hear)
}

// hear takes one piece of the reply.
func (s *speech) hear(text string) error {
	// The time that the listener takes is not the model's.
	s.watch.Pause()
	defer s.watch.Heard()
	if s.text.Len()+len(text) > MaxReplyBytes {
		return fault.New(fault.Internal, "the reply is longer than %d bytes", MaxReplyBytes).
			WithReason(ReplyTooLong).WithRemedy("lower llm.max_tokens").FromUpstream()
	}
	s.text.WriteString(text)
	if !s.deaf && s.turn.observer.Delta(text) != nil {
		s.deaf = true
		s.leave()
	}
	return nil
}

// leave stops the model once the grace has run out.
func (s *speech) leave() {
	grace := s.turn.bot.parts.Limits.DisconnectGrace
	if grace <= 0 {
		s.cancel(errLeft)
		return
	}
	time.AfterFunc(grace, func() { s.cancel(errLeft) })
}
