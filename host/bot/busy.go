package bot

import (
	"context"
	"errors"
	"time"

	"github.com/bothost/bothost/sdk/client"
)

// awaitFor is how long a store is asked to tell the end of another process's
// turn, before the turn is tried again in any case.
const awaitFor = 500 * time.Millisecond

// The pauses before another attempt, where the store does not tell.
const (
	minPause = 20 * time.Millisecond
	maxPause = 500 * time.Millisecond
)

// busyError: a turn of another process holds the conversation, and nothing has
// begun. It stays within this package and UntilFree.
type busyError struct {
	// awaited: the store was asked to tell the turn's end, and took its time.
	awaited bool
}

func (busyError) Error() string { return "another turn holds the conversation" }

func isBusy(err error) bool { return errors.As(err, new(busyError)) }

// awaitEnd waits for the end of the turn that holds the conversation, as long as
// the store may take to tell, and says that the conversation was held.
func (t *turn) awaitEnd(ctx context.Context, turn uint64) error {
	ctx, cancel := context.WithTimeout(ctx, 2*awaitFor)
	defer cancel()
	began := time.Now()
	err := client.Conversations{Instance: t.store.instance()}.AwaitTurn(ctx, t.scope, turn, awaitFor)
	// What goes wrong here shows when the turn is begun again. An answer that
	// comes at once is not relied on, so that no store is asked without end.
	return busyError{awaited: err == nil && time.Since(began) > time.Millisecond}
}

// UntilFree makes attempts at a turn, one after the other, until one finds the
// conversation free of other processes' turns, for as long as a turn may wait at
// a gate. Each attempt is to look anew for the bot and for who may use it: they
// may change while the conversation is waited for.
func (g *Gates) UntilFree(ctx context.Context, attempt func() error) error {
	giveUp := time.Now().Add(g.wait)
	for next := minPause; ; {
		err := attempt()
		var busy busyError
		if !errors.As(err, &busy) {
			return err
		}
		if time.Now().After(giveUp) {
			return inProgress("another turn holds the conversation; waited %v for its end", g.wait)
		}
		pause := time.Duration(0)
		if !busy.awaited {
			pause, next = next, min(2*next, maxPause)
		}
		select {
		case <-time.After(pause):
		case <-ctx.Done():
			return ctx.Err()
		case <-g.closed:
			return shuttingDown()
		}
	}
}
