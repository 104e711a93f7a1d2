package bot

import (
	"context"
	"errors"
	"time"
)

// errBusy: a turn of another process holds the conversation, and nothing has
// begun. It stays within this package and UntilFree.
var errBusy = errors.New("another turn holds the conversation")

// UntilFree makes attempts at a turn, one after the other, until one finds the
// conversation free of other processes' turns, for as long as a turn may wait at
// a gate. Each attempt is to look anew for the bot and for who may use it: they
// may change while the conversation is waited for.
func (g *Gates) UntilFree(ctx context.Context, attempt func() error) error {
	giveUp := time.Now().Add(g.wait)
	for pause := 20 * time.Millisecond; ; pause = min(2*pause, 500*time.Millisecond) {
		err := attempt()
		if !errors.Is(err, errBusy) {
			return err
		}
		if time.Now().After(giveUp) {
			return inProgress("another turn holds the conversation; waited %v for its end", g.wait)
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
