package plugintest

import (
	"github.com/bothost/bothost/sdk/fault"
	"github.com/bothost/bothost/sdk/memory"
	"github.com/bothost/bothost/sdk/store"
)

func endCases() []StoreCase {
	return []StoreCase{
		{"commit repeated gives the same answer and changes nothing", inCorner(commitRepeated)},
		{"commit repeated after the next turn began gives the same answer", inCorner(commitRepeatedLate)},
		{"a token that was never begun can end nothing", inCorner(strangeToken)},
		{"a failed turn keeps the user's message only", inCorner(failedTurn)},
		{"fail repeated is harmless, and final", inCorner(failRepeated)},
		{"a committed turn cannot be failed", inCorner(commitIsFinal)},
		{"a cancelled turn may keep what was said", inCorner(cancelledTurn)},
		{"a turn is committed with a reply, and to a status that says so", inCorner(commitIsChecked)},
	}
}

func commitRepeated(c *corner) {
	request := c.request(conversationID, "hello")
	c.begun(request)
	first := c.commit(replyTo(request, "hi"))
	other := replyTo(request, "something else")
	other.Status, other.State = store.Cancelled, &memory.State{Plugin: "memory", Data: []byte("state")}
	for _, repeated := range []store.CommitTurn{replyTo(request, "hi"), other} {
		if second := c.commit(repeated); !second.At.Equal(first.At) {
			c.Errorf("committed at %s, and repeated at %s", first.At, second.At)
		}
	}
	c.wantTranscript(conversationID, `1.0 complete user "hello"`, `1.1 complete assistant "hi"`)
	c.wantState("after a commit without one was repeated with one", nil)
}

func commitRepeatedLate(c *corner) {
	request := c.request(conversationID, "hello")
	c.begun(request)
	first := c.commit(replyTo(request, "hi"))
	next := c.request(conversationID, "next")
	c.begun(next)
	if second := c.commit(replyTo(request, "hi")); !second.At.Equal(first.At) {
		c.Errorf("committed at %s, and repeated at %s", first.At, second.At)
	}
	c.commit(replyTo(next, "still pending until now"))
}

func strangeToken(c *corner) {
	c.wantSuperseded(c.request("never-begun", "hello"))
	request := c.request(conversationID, "hello")
	c.begun(request)
	c.wantSuperseded(c.request(conversationID, "hello"))
	elsewhere := request
	elsewhere.Conversation = "c2"
	c.wantSuperseded(elsewhere)
	c.commit(replyTo(request, "hi"))
}

func failedTurn(c *corner) {
	for turn, status := range []store.Status{store.Failed, store.Cancelled} {
		request := c.request(conversationID, "hello")
		if begun := c.begun(request); begun.Turn != uint64(turn)+1 || len(begun.History) != 0 {
			c.Errorf("after a turn without reply: %s, want turn %d without history", show(begun), turn+1)
		}
		c.fail(request, status)
	}
	c.wantTranscript(conversationID, `1.0 failed user "hello"`, `2.0 cancelled user "hello"`)
}

func failRepeated(c *corner) {
	request := c.request(conversationID, "hello")
	c.begun(request)
	c.fail(request, store.Failed)
	c.fail(request, store.Failed)
	_, err := c.store.CommitTurn(c.Context(), replyTo(request, "hi"))
	wantReason(c.T, err, fault.TurnSuperseded, "commit after fail")
	c.turn(conversationID, "next", "yes")
	c.fail(request, store.Failed)
	c.wantTranscript(conversationID,
		`1.0 failed user "hello"`, `2.0 complete user "next"`, `2.1 complete assistant "yes"`)
}

func commitIsFinal(c *corner) {
	request := c.turn(conversationID, "hello", "hi")
	err := c.store.FailTurn(c.Context(), failureOf(request, store.Failed))
	wantReason(c.T, err, fault.TurnSuperseded, "fail after commit")
	c.wantTranscript(conversationID, `1.0 complete user "hello"`, `1.1 complete assistant "hi"`)
}

func cancelledTurn(c *corner) {
	request := c.request(conversationID, "hello")
	c.begun(request)
	commit := replyTo(request, "I was about to s")
	commit.Status = store.Cancelled
	first := c.commit(commit)
	if second := c.commit(commit); !second.At.Equal(first.At) {
		c.Errorf("committed at %s, and repeated at %s", first.At, second.At)
	}
	c.wantTranscript(conversationID,
		`1.0 cancelled user "hello"`, `1.1 cancelled assistant "I was about to s"`)
}

func commitIsChecked(c *corner) {
	request := c.request(conversationID, "hello")
	c.begun(request)
	for _, status := range []store.Status{store.Failed, store.Interrupted, store.Pending} {
		commit := replyTo(request, "hi")
		commit.Status = status
		_, err := c.store.CommitTurn(c.Context(), commit)
		wantCode(c.T, err, fault.Invalid, "commit a turn as "+string(status))
	}
	for _, status := range []store.Status{store.Complete, store.Interrupted, store.Pending} {
		err := c.store.FailTurn(c.Context(), failureOf(request, status))
		wantCode(c.T, err, fault.Invalid, "fail a turn as "+string(status))
	}
	empty := replyTo(request, "")
	empty.Messages = nil
	_, err := c.store.CommitTurn(c.Context(), empty)
	wantCode(c.T, err, fault.Invalid, "commit a turn without a reply")
	c.commit(replyTo(request, "hi"))
}
