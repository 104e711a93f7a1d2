package bot

import (
	"context"
	"crypto/rand"
	"time"

	"github.com/bothost/bothost/sdk/fault"
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
	// whole: nobody listens before the reply is complete.
	whole   bool
	started time.Time

	store, memory *pin
	model         choice
	number        uint64
}

// Turn answers one message. The caller has entered the conversation's gate, and
// keeps the bot's instances open until Turn returns. c.ConversationID is set.
// Where a turn of another process holds the conversation it fails before it has
// begun, and Gates.UntilFree tries again.
//
// observer may be nil: then nobody listens before the reply is complete.
//
// When ctx ends, the model is stopped after Limits.DisconnectGrace, and what it
// said until then is kept as a cancelled turn. The error is a *Error, or the
// fault of a plugin that could not be reached before the turn began.
func (b *Bot) Turn(ctx context.Context, c Context, text string, observer Observer) (Reply, error) {
	t := &turn{
		bot: b, context: c, observer: observer, whole: observer == nil, started: time.Now(),
		model:   choice{left: b.parts.Models},
		scope:   store.Scope{Tenant: b.parts.Tenant, Conversation: c.ConversationID},
		message: message.New(message.User, text),
	}
	if t.whole {
		t.observer = silent{}
	}
	if _, err := rand.Read(t.token[:]); err != nil {
		return Reply{}, err
	}
	if err := t.pinAll(ctx); err != nil {
		return Reply{}, err
	}
	defer t.releaseAll()
	reply, err := t.run(ctx)
	if !isBusy(err) {
		t.log(reply, err)
	}
	return reply, err
}

// pinAll pins a generation of each plugin, so that all of the turn runs on it
// and a plugin that is not there fails the turn before it has begun. Of the
// models it pins the first that can be.
func (t *turn) pinAll(ctx context.Context) error {
	for _, p := range []struct {
		plugin Plugin
		pin    **pin
	}{
		{t.bot.parts.Store, &t.store},
		{t.bot.parts.Memory, &t.memory},
	} {
		pinned, err := pinPlugin(ctx, p.plugin)
		if err != nil {
			t.releaseAll()
			return err
		}
		*p.pin = pinned
	}
	if err := t.model.next(ctx); err != nil {
		t.releaseAll()
		return err
	}
	return nil
}

func (t *turn) releaseAll() {
	for _, p := range []*pin{t.store, t.memory, t.model.pin} {
		if p != nil {
			p.release()
		}
	}
}

// run is the straight line.
func (t *turn) run(ctx context.Context) (Reply, error) {
	outcome, err := t.begin(ctx)
	if isBusy(err) {
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
		return Reply{}, t.end(ctx, t.failure(StageModel, t.model.pin, fault.New(fault.Canceled, "the caller has left: %w", err)))
	}
	spoken, err := t.speak(ctx, recalled.prompt)
	if err != nil && (!spoken.left || spoken.text == "") {
		return Reply{}, t.end(ctx, t.failure(StageModel, t.model.pin, err))
	}
	t.logFallback()
	if commitErr := t.commit(ctx, spoken, recalled.state); commitErr != nil {
		return Reply{}, t.end(ctx, t.failure(StageCommit, t.store, commitErr))
	}
	reply := Reply{
		ConversationID: t.scope.Conversation, Turn: t.number, Text: spoken.text, Result: spoken.result,
		Provider: t.model.provider(),
	}
	if err != nil {
		return reply, t.failure(StageModel, t.model.pin, err)
	}
	return reply, nil
}
