package plugintest

import (
	"fmt"
	"sync"

	"github.com/bothost/bothost/sdk/fault"
	"github.com/bothost/bothost/sdk/memory"
	"github.com/bothost/bothost/sdk/store"
)

func concurrencyCases() []StoreCase {
	return []StoreCase{
		{"of many that begin at once exactly one has begun", inCorner(oneBegins)},
		{"of many with one idempotency key one is answered, the others replayed", inCorner(oneAnswers)},
		{"a commit sent twice at once lands once", inCorner(commitsAtOnce)},
		{"conversations of many turns at once have no gaps", inCorner(manyConversations)},
		{"a commit and a deletion at once leave no remains", inCorner(commitAgainstDelete)},
	}
}

// atOnce runs count functions at the same time. They must not call Fatalf.
func atOnce(count int, run func(i int)) {
	var all sync.WaitGroup
	start := make(chan struct{})
	for i := range count {
		all.Go(func() {
			<-start
			run(i)
		})
	}
	close(start)
	all.Wait()
}

func oneBegins(c *corner) {
	for round := uint64(1); round <= 5; round++ {
		const rivals = 16
		requests := make([]store.BeginTurn, rivals)
		outcomes := make([]store.BeginOutcome, rivals)
		for i := range requests {
			requests[i] = c.request(conversationID, "me")
		}
		atOnce(rivals, func(i int) {
			outcome, err := c.store.BeginTurn(c.Context(), requests[i])
			if err != nil {
				c.Errorf("begin turn: %v", err)
			}
			outcomes[i] = outcome
		})
		winners := 0
		for i, outcome := range outcomes {
			switch o := outcome.(type) {
			case store.Begun:
				winners++
				if o.Turn != round {
					c.Errorf("turn %d was begun, want %d", o.Turn, round)
				}
				c.commit(replyTo(requests[i], "you"))
			case store.Busy:
			default:
				c.Errorf("got %s, want begun or busy", show(outcome))
			}
		}
		if winners != 1 {
			c.Fatalf("%d of %d turns were begun at once, want 1", winners, rivals)
		}
	}
}

func oneAnswers(c *corner) {
	const callers = 8
	var mu sync.Mutex
	begun := 0
	atOnce(callers, func(int) {
		for c.Context().Err() == nil {
			request := c.keyed(conversationID, "hello", "key")
			outcome, err := c.store.BeginTurn(c.Context(), request)
			if err != nil {
				c.Errorf("begin turn: %v", err)
				return
			}
			switch outcome.(type) {
			case store.Begun:
				mu.Lock()
				begun++
				mu.Unlock()
				if _, err := c.store.CommitTurn(c.Context(), replyTo(request, "hi")); err != nil {
					c.Errorf("commit turn: %v", err)
				}
				return
			case store.Replayed:
				return
			}
		}
	})
	if begun != 1 {
		c.Errorf("one request was begun %d times", begun)
	}
	c.wantTranscript(conversationID, `1.0 complete user "hello"`, `1.1 complete assistant "hi"`)
}

func commitsAtOnce(c *corner) {
	request := c.request(conversationID, "hello")
	c.begun(request)
	const count = 8
	answers := make([]store.Committed, count)
	atOnce(count, func(i int) {
		var err error
		if answers[i], err = c.store.CommitTurn(c.Context(), replyTo(request, "hi")); err != nil {
			c.Errorf("commit turn: %v", err)
		}
	})
	for _, answer := range answers {
		if !answer.At.Equal(answers[0].At) {
			c.Errorf("committed at %s and at %s", answer.At, answers[0].At)
		}
	}
	c.wantTranscript(conversationID, `1.0 complete user "hello"`, `1.1 complete assistant "hi"`)
}

func manyConversations(c *corner) {
	const conversations, turns = 8, 5
	atOnce(conversations, func(i int) {
		id := fmt.Sprint("c", i)
		for turn := uint64(1); turn <= turns; turn++ {
			request := c.request(id, "hello")
			outcome, err := c.store.BeginTurn(c.Context(), request)
			if begun, ok := outcome.(store.Begun); err != nil || !ok || begun.Turn != turn {
				c.Errorf("begin turn %d of %s: %v, %v", turn, id, outcome, err)
				return
			}
			if _, err := c.store.CommitTurn(c.Context(), replyTo(request, "hi")); err != nil {
				c.Errorf("commit turn %d of %s: %v", turn, id, err)
				return
			}
		}
	})
	for _, conversation := range c.list("", 100) {
		if conversation.Turns != turns {
			c.Errorf("conversation %q has %d turns, want %d", conversation.ID, conversation.Turns, turns)
		}
	}
}

func commitAgainstDelete(c *corner) {
	for range 10 {
		request := c.request(conversationID, "hello")
		c.begun(request)
		commit := replyTo(request, "hi")
		commit.State = &memory.State{Plugin: "memory", Data: []byte("state")}
		atOnce(2, func(i int) {
			if i == 0 {
				if err := c.store.DeleteConversation(c.Context(), request.Scope); err != nil {
					c.Errorf("delete conversation: %v", err)
				}
				return
			}
			_, err := c.store.CommitTurn(c.Context(), commit)
			if err != nil && !fault.HasReason(err, fault.TurnSuperseded) {
				c.Errorf("commit turn: %v", err)
			}
		})
		c.wantGone()
	}
}
