package plugintest

import (
	"errors"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/bothost/bothost/sdk/message"
	"github.com/bothost/bothost/sdk/store"
)

func historyCases() []StoreCase {
	return []StoreCase{
		{"turns of many clients at once have one order, which all have seen", inCorner(oneOrder)},
		{"a transcript read while it grows is whole, and what it says stays", inCorner(readWhileGrowing)},
		{"a commit's messages, status and state are seen together", inCorner(seenTogether)},
	}
}

// chronicle collects what the clients of one conversation know of its turns.
type chronicle struct {
	*corner
	conversation string
	// name is what it is called in messages.
	name string
	// broken ends the waiting: who failed may have left a turn pending.
	broken atomic.Bool

	mu      sync.Mutex
	entries []entry
}

// entry is a turn as the client that ran it knows it.
type entry struct {
	turn    uint64
	status  store.Status
	said    string
	replies []message.Message
	// history and state are what the turn began with.
	history string
	state   uint64
}

// oneOrder runs clients in conversations of two tenants with equal ids, and
// compares what they were told with what is there in the end.
func oneOrder(c *corner) {
	const conversations, clients = 3, 4
	other := c.neighbour()
	defer other.clear(other.tenant)
	var all []*chronicle
	for i := range conversations {
		for tenant, place := range []*corner{c, other} {
			id := fmt.Sprint("c", i)
			all = append(all, &chronicle{corner: place, conversation: id, name: fmt.Sprintf("%s of tenant %d", id, tenant)})
		}
	}
	atOnce(len(all)*clients, func(i int) { all[i%len(all)].client(i / len(all)) })
	for _, h := range all {
		h.verify()
	}
}

// client runs turns one after the other. Some fail at first, and are tried again
// under their idempotency key, which is the same in all conversations; the last is
// cancelled.
func (h *chronicle) client(number int) {
	const turns = 4
	for i := range turns {
		key := fmt.Sprintf("turn %d of client %d", i, number)
		attempts := []store.Status{store.Complete}
		switch {
		case i == turns-1:
			attempts = []store.Status{store.Cancelled}
		case (i+number)%3 == 0:
			attempts = []store.Status{store.Failed, store.Complete}
		}
		for _, status := range attempts {
			if err := h.run(key, status); err != nil {
				h.broken.Store(true)
				h.Errorf("client %d of conversation %s: %v", number, h.name, err)
				return
			}
		}
	}
}

// run does one turn, and notes it.
func (h *chronicle) run(key string, status store.Status) error {
	said := key + " in " + h.name
	request := h.keyed(h.conversation, said, key)
	begun, err := h.untilBegun(request)
	if err != nil {
		return err
	}
	commit := longCommit(request, begun.Turn)
	commit.Status = status
	if err := h.endTwice(request, commit); err != nil {
		return fmt.Errorf("end turn %d as %s: %w", begun.Turn, status, err)
	}
	if status == store.Complete {
		if err := h.wantReplay(h.keyed(h.conversation, said, key), replayOf(begun.Turn, commit)); err != nil {
			return err
		}
	}
	noted := entry{turn: begun.Turn, status: status, said: said, history: showMessages(begun.History)}
	if status != store.Failed {
		noted.replies = commit.Messages
	}
	if begun.State != nil {
		noted.state = begun.State.Version
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	h.entries = append(h.entries, noted)
	return nil
}

func (h *chronicle) wantReplay(request store.BeginTurn, want store.Replayed) error {
	outcome, err := h.store.BeginTurn(h.Context(), request)
	if err != nil {
		return fmt.Errorf("begin with the key of a complete turn: %w", err)
	}
	if got := show(outcome); got != show(want) {
		return fmt.Errorf("begin with the key of a complete turn: got %s, want %s", got, show(want))
	}
	return nil
}

// untilBegun begins a turn once the conversation is free.
func (h *chronicle) untilBegun(request store.BeginTurn) (store.Begun, error) {
	const pause = time.Millisecond
	for !h.broken.Load() {
		outcome, err := h.store.BeginTurn(h.Context(), request)
		if err != nil {
			return store.Begun{}, fmt.Errorf("begin turn: %w", err)
		}
		switch o := outcome.(type) {
		case store.Begun:
			return o, nil
		case store.Busy:
		default:
			return store.Begun{}, fmt.Errorf("begin turn: got %s, want begun or busy", show(outcome))
		}
		select {
		case <-h.Context().Done():
			return store.Begun{}, h.Context().Err()
		case <-time.After(pause):
		}
	}
	return store.Begun{}, errors.New("begin turn: given up, since another client has failed")
}

// endTwice ends a turn, and again as one does whose answer was lost.
func (h *chronicle) endTwice(request store.BeginTurn, commit store.CommitTurn) error {
	for range 2 {
		var err error
		if commit.Status == store.Failed {
			err = h.store.FailTurn(h.Context(), failureOf(request, store.Failed))
		} else {
			_, err = h.store.CommitTurn(h.Context(), commit)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// verify compares what the clients know with the transcript, and what each turn
// began with with the turns before it.
func (h *chronicle) verify() {
	h.Helper()
	slices.SortFunc(h.entries, func(a, b entry) int { return int(a.turn) - int(b.turn) })
	var transcript []string
	var history []message.Message
	state := uint64(0)
	for _, e := range h.entries {
		if want := showMessages(history); e.history != want || e.state != state {
			got, want := apart(e.history, want)
			h.Errorf("turn %d of %s began with state %d and\n     %s\nwant state %d and\n     %s",
				e.turn, h.name, e.state, got, state, want)
			return
		}
		whole := append([]message.Message{message.New(message.User, e.said)}, e.replies...)
		for i, m := range whole {
			transcript = append(transcript, fmt.Sprintf("%d.%d %s %s", e.turn, i, e.status, showMessage(m)))
		}
		if e.status != store.Failed {
			history, state = append(history, whole...), e.turn
		}
	}
	h.wantTranscript(h.conversation, transcript...)
	if got := h.corner.conversation(h.conversation).Turns; got != uint64(len(h.entries)) {
		h.Errorf("conversation %s has %d turns, but its clients began %d", h.name, got, len(h.entries))
	}
}
