package lease

import (
	"context"
	"time"

	"github.com/bothost/bothost/sdk/fault"
	"github.com/bothost/bothost/sdk/store"
)

const (
	// maxUnended bounds how many turns of a store wait to be ended. Of those that
	// come then the deadline frees the conversation.
	maxUnended = 1000
	// endFor is how long turns are ended after one renewal: the next one must not
	// be missed for them.
	endFor = Interval / 2
)

// EndLater ends a turn whose FailTurn did not reach its store: the lease that is
// renewed would keep its conversation from everybody. It is repeated after each
// renewal of the lease in the store of that key, until the store has answered.
// When the store is held no more, the lease ends, and with it the turn.
func (k *Keeper) EndLater(key string, turn store.FailTurn) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if h, ok := k.held[key]; ok && len(h.unended) < maxUnended {
		h.unended = append(h.unended, turn)
	}
}

// endTurns ends those that wait, oldest first, until one cannot be ended yet.
func (k *Keeper) endTurns(ctx context.Context, h *held, use UseStore) {
	ctx, cancel := context.WithTimeout(ctx, endFor)
	defer cancel()
	for began := time.Now(); time.Since(began) < endFor; {
		turn, ok := k.firstUnended(h)
		if !ok {
			return
		}
		err := use(ctx, func(ctx context.Context, s store.Conversations) error { return s.FailTurn(ctx, turn) })
		if fault.Is(err, fault.Unavailable) || fault.Is(err, fault.Timeout) || fault.Is(err, fault.Canceled) {
			return
		}
		k.dropUnended(h)
	}
}

func (k *Keeper) firstUnended(h *held) (store.FailTurn, bool) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if len(h.unended) == 0 {
		return store.FailTurn{}, false
	}
	return h.unended[0], true
}

func (k *Keeper) dropUnended(h *held) {
	k.mu.Lock()
	defer k.mu.Unlock()
	h.unended = h.unended[1:]
}
