package plugintest

import (
	"github.com/bothost/bothost/sdk/fault"
	"github.com/bothost/bothost/sdk/store"
)

func idempotencyCases() []StoreCase {
	return []StoreCase{
		{"a complete turn is replayed to its idempotency key", inCorner(keyReplays)},
		{"a replay needs neither a free conversation nor a living holder", inCorner(keyReplaysWhileBusy)},
		{"a key whose turn is pending is busy", inCorner(keyIsBusy)},
		{"a known key with another request is refused", inCorner(keyMismatch)},
		{"a turn without a complete reply releases its key", inCorner(keyIsReleased)},
		{"the key of an interrupted turn is free", inCorner(keyOfTheDead)},
		{"equal keys of two conversations have nothing to do with each other", inCorner(keysAreLocal)},
		{"turns without a key are never the same", inCorner(noKey)},
	}
}

func keyReplays(c *corner) {
	request := c.keyed(conversationID, "hello", "key")
	c.begun(request)
	commit := replyTo(request, "hi")
	c.commit(commit)
	c.turn(conversationID, "more", "yes")
	c.wantOutcome(c.keyed(conversationID, "hello", "key"), replayOf(1, commit))
	if begun := c.begun(c.request(conversationID, "next")); begun.Turn != 3 {
		c.Errorf("after a replay the next turn is %d, want 3", begun.Turn)
	}
}

func keyReplaysWhileBusy(c *corner) {
	request := c.keyed(conversationID, "hello", "key")
	c.begun(request)
	commit := replyTo(request, "hi")
	c.commit(commit)
	c.begun(c.request(conversationID, "still running"))
	retry := c.keyed(conversationID, "hello", "key")
	retry.Holder = randomName("holder")
	c.wantOutcome(retry, replayOf(1, commit))
}

func keyIsBusy(c *corner) {
	c.begun(c.keyed(conversationID, "hello", "key"))
	c.wantOutcome(c.keyed(conversationID, "hello", "key"), store.Busy{Turn: 1})
}

func keyMismatch(c *corner) {
	request := c.keyed(conversationID, "hello", "key")
	c.begun(request)
	other := c.keyed(conversationID, "something else", "key")
	_, err := c.store.BeginTurn(c.Context(), other)
	wantReason(c.T, err, fault.IdempotencyMismatch, "another request while the key's turn is pending")
	c.commit(replyTo(request, "hi"))
	_, err = c.store.BeginTurn(c.Context(), other)
	wantReason(c.T, err, fault.IdempotencyMismatch, "another request after the key's turn is complete")
	c.wantTranscript(conversationID, `1.0 complete user "hello"`, `1.1 complete assistant "hi"`)
}

func keyIsReleased(c *corner) {
	failed := c.keyed(conversationID, "hello", "key")
	c.begun(failed)
	c.fail(failed, store.Failed)
	cancelled := c.keyed(conversationID, "hello", "key")
	c.begun(cancelled)
	commit := replyTo(cancelled, "h")
	commit.Status = store.Cancelled
	c.commit(commit)
	other := c.keyed(conversationID, "another request", "key")
	c.begun(other)
	last := replyTo(other, "hi")
	c.commit(last)
	c.wantOutcome(c.keyed(conversationID, "another request", "key"), replayOf(3, last))
}

func keyOfTheDead(c *corner) {
	lost := c.keyed(conversationID, "hello", "key")
	lost.Holder = randomName("holder")
	c.begun(lost)
	next := c.keyed(conversationID, "another request", "key")
	c.wantOutcome(next, store.Begun{Turn: 2})
	c.commit(replyTo(next, "hi"))
	c.wantSuperseded(lost)
}

func keysAreLocal(c *corner) {
	other := c.neighbour()
	defer other.clear(other.tenant)
	for _, request := range []store.BeginTurn{
		c.keyed(conversationID, "one", "key"), c.keyed("c2", "two", "key"), other.keyed(conversationID, "three", "key"),
	} {
		c.wantOutcome(request, store.Begun{Turn: 1})
		c.commit(replyTo(request, "hi"))
	}
}

func noKey(c *corner) {
	c.turn(conversationID, "hello", "hi")
	if begun := c.begun(c.request(conversationID, "hello")); begun.Turn != 2 {
		c.Errorf("the same request without a key is turn %d, want 2", begun.Turn)
	}
}
