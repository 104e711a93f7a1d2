package bot

import (
	"context"
	"time"

	"github.com/bothost/bothost/sdk/client"
	"github.com/bothost/bothost/sdk/fault"
	"github.com/bothost/bothost/sdk/memory"
	"github.com/bothost/bothost/sdk/message"
	"github.com/bothost/bothost/sdk/store"
)

// commitFor is how long a commit whose answer was lost is repeated: the token
// makes that harmless. It ends earlier with the host.
const commitFor = 30 * time.Second

// commit makes the reply durable, or says that it is not. It does not depend on
// the caller's being there.
func (t *turn) commit(ctx context.Context, s spoken, state *memory.State) error {
	request := store.CommitTurn{
		Scope: t.scope, Token: t.token, Status: store.Complete,
		Messages: []message.Message{message.New(message.Assistant, s.text)},
		Result:   s.result, State: state,
	}
	if s.left {
		request.Status, request.State = store.Cancelled, nil
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), commitFor)
	defer cancel()
	for pause := 50 * time.Millisecond; ; pause = min(2*pause, 2*time.Second) {
		_, err := repeat(ctx, t.store, func(ctx context.Context, instance client.Instance) (store.Committed, error) {
			return client.Conversations{Instance: instance}.CommitTurn(ctx, request)
		})
		switch {
		case err == nil, fault.Is(err, fault.Conflict):
			return err
		case !uncertain(err), fault.HasReason(err, ShuttingDown):
			return notDurable(err)
		}
		select {
		case <-time.After(pause):
		case <-ctx.Done():
			return notDurable(err)
		}
	}
}

// notDurable is a commit that failed for whatever reason: it is never the
// caller's fault, who may try again.
func notDurable(err error) error {
	return fault.New(fault.Unavailable, "the reply could not be stored: %w", err).
		WithReason(NotDurable).WithRetryAfter(5 * time.Second)
}

// uncertain reports whether a failed call may have landed, or may yet.
func uncertain(err error) bool {
	switch fault.As(err).Code {
	case fault.Unavailable, fault.Timeout, fault.Canceled:
		return true
	}
	return false
}
