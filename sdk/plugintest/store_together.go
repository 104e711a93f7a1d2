package plugintest

import (
	"fmt"
	"strings"
	"sync"

	"github.com/bothost/bothost/sdk/store"
)

// readWhileGrowing reads a conversation again and again while clients run turns
// in it, all at once and in small pages.
func readWhileGrowing(c *corner) {
	const clients = 3
	h := &chronicle{corner: c, conversation: conversationID, name: conversationID}
	c.turn(conversationID, "the first", "of all")
	done := make(chan struct{})
	var readers sync.WaitGroup
	for _, limit := range []int{200, 3} {
		readers.Go(func() { h.follow(limit, done) })
	}
	atOnce(clients, h.client)
	close(done)
	readers.Wait()
}

// follow reads the transcript until there is no more to come.
func (h *chronicle) follow(limit int, done <-chan struct{}) {
	var before []string
	for last := false; !last; {
		select {
		case <-done:
			last = true
		default:
		}
		messages, err := h.readOnce(limit)
		if err != nil {
			h.Errorf("read a transcript that grows: %v", err)
			return
		}
		settled := settledOf(messages)
		if len(settled) < len(before) || strings.Join(settled[:len(before)], "\n") != strings.Join(before, "\n") {
			h.Errorf("a transcript has changed from\n     %s\nto\n     %s",
				strings.Join(before, "\n     "), strings.Join(settled, "\n     "))
			return
		}
		before = settled
	}
}

// settledOf is the part of a transcript that cannot change.
func settledOf(messages []store.StoredMessage) []string {
	if n := len(messages); n > 0 && messages[n-1].Status == store.Pending {
		messages = messages[:n-1]
	}
	return transcriptOf(messages)
}

// readOnce reads a transcript in pages, and checks that it has no holes.
func (h *chronicle) readOnce(limit int) ([]store.StoredMessage, error) {
	request := store.ListMessages{Scope: h.scope(h.conversation), Limit: limit}
	var all []store.StoredMessage
	for {
		page, err := h.store.ListMessages(h.Context(), request)
		if err != nil {
			return nil, err
		}
		all = append(all, page.Items...)
		if page.Next == "" {
			break
		}
		request.After = page.Next
	}
	for i := 1; i < len(all); i++ {
		if m, next := all[i-1], all[i]; !follows(m, next) {
			return nil, fmt.Errorf("message %d.%d of a %s turn is followed by %d.%d", m.Turn, m.Index, m.Status, next.Turn, next.Index)
		}
	}
	if m := all[len(all)-1]; !endsTurn(m) {
		return nil, fmt.Errorf("message %d.%d of a %s turn is the last", m.Turn, m.Index, m.Status)
	}
	return all, nil
}

func follows(m, next store.StoredMessage) bool {
	if next.Turn == m.Turn {
		return next.Index == m.Index+1
	}
	return next.Turn == m.Turn+1 && next.Index == 0 && endsTurn(m)
}

// endsTurn reports whether a message is the last of its turn, of which the first
// has one reply and later ones have three, or none.
func endsTurn(m store.StoredMessage) bool {
	switch m.Status {
	case store.Pending, store.Failed:
		return m.Index == 0
	default:
		return m.Index == 3 || m.Turn == 1 && m.Index == 1
	}
}

// seenTogether watches a commit as a reader sees it, and as the next turn does.
func seenTogether(c *corner) {
	const rounds = 12
	for round := range uint64(rounds) {
		request := c.request(fmt.Sprint("c", round), "hello")
		c.begun(request)
		commit := longCommit(request, round)
		h := &chronicle{corner: c, conversation: request.Conversation, name: request.Conversation}
		atOnce(3, func(i int) {
			var err error
			switch i {
			case 0:
				_, err = c.store.CommitTurn(c.Context(), commit)
			case 1:
				err = h.untilComplete()
			case 2:
				err = h.untilNext(request, commit)
			}
			if err != nil {
				h.broken.Store(true)
				c.Errorf("round %d: %v", round, err)
			}
		})
	}
}

// untilComplete reads until the turn is committed, as which it must be whole.
func (h *chronicle) untilComplete() error {
	for !h.broken.Load() {
		page, err := h.store.ListMessages(h.Context(), store.ListMessages{Scope: h.scope(h.conversation), Limit: 200})
		if err != nil {
			return err
		}
		switch got := strings.Join(transcriptOf(page.Items), "\n"); {
		case strings.HasPrefix(got, wholeTurn):
			return nil
		case got != pendingTurn:
			return fmt.Errorf("a turn that is being committed is read as\n%s", got)
		}
	}
	return nil
}

// untilNext begins the next turn as soon as it can, and must find all of the last.
func (h *chronicle) untilNext(request store.BeginTurn, commit store.CommitTurn) error {
	begun, err := h.untilBegun(h.request(h.conversation, "next"))
	if want := afterFirst(request, commit); err == nil && show(begun) != show(want) {
		err = fmt.Errorf("the turn after a commit is %s, want %s", show(begun), show(want))
	}
	return err
}
