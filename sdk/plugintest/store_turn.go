package plugintest

import (
	"github.com/bothost/bothost/sdk/fault"
	"github.com/bothost/bothost/sdk/message"
	"github.com/bothost/bothost/sdk/store"
)

func turnCases() []StoreCase {
	return []StoreCase{
		{"a turn is begun, committed and remembered", inCorner(turnIsRemembered)},
		{"turns count from 1 without gaps, whatever became of them", inCorner(turnsHaveNoGaps)},
		{"begin repeated with the same token gives the same answer", inCorner(beginRepeated)},
		{"begin with the token of an ended turn begins nothing", inCorner(beginWithAnOldToken)},
		{"commit repeated gives the same answer and changes nothing", inCorner(commitRepeated)},
		{"commit repeated after the next turn began gives the same answer", inCorner(commitRepeatedLate)},
		{"a token that was never begun can end nothing", inCorner(strangeToken)},
		{"another turn is busy until the first ends", inCorner(busyUntilEnded)},
		{"a failed turn keeps the user's message only", inCorner(failedTurn)},
		{"fail repeated is harmless, and final", inCorner(failRepeated)},
		{"a committed turn cannot be failed", inCorner(commitIsFinal)},
		{"a cancelled turn may keep what was said", inCorner(cancelledTurn)},
		{"a turn is committed with a reply, and to a status that says so", inCorner(commitIsChecked)},
		{"a holder never seen can be retired", inCorner(retireUnknown)},
	}
}

func turnIsRemembered(c *corner) {
	first := c.request(conversationID, "hello")
	if begun := c.begun(first); begun.Turn != 1 || len(begun.History) != 0 || begun.State != nil {
		c.Errorf("the first turn is %s, want turn 1 with neither history nor state", show(begun))
	}
	c.wantTranscript(conversationID, `1.0 pending user "hello"`)
	if committed := c.commit(replyTo(first, "hi")); committed.At.IsZero() {
		c.Errorf("a commit has no time")
	}
	c.wantTranscript(conversationID, `1.0 complete user "hello"`, `1.1 complete assistant "hi"`)
	c.wantOutcome(c.request(conversationID, "and now?"), store.Begun{Turn: 2, History: []message.Message{
		message.New(message.User, "hello"), message.New(message.Assistant, "hi"),
	}})
}

func turnsHaveNoGaps(c *corner) {
	for want := uint64(1); want <= 5; want++ {
		request := c.request(conversationID, "next")
		if begun := c.begun(request); begun.Turn != want {
			c.Errorf("got turn %d, want %d", begun.Turn, want)
		}
		if want%2 == 0 {
			c.fail(request, store.Failed)
		} else {
			c.commit(replyTo(request, "done"))
		}
	}
}

func beginRepeated(c *corner) {
	c.turn(conversationID, "hello", "hi")
	request := c.keyed(conversationID, "again", "key")
	begun := c.begun(request)
	c.wantOutcome(request, begun)
	commit := replyTo(request, "indeed")
	c.commit(commit)
	c.wantOutcome(request, replayOf(begun.Turn, commit))
	c.turn(conversationID, "more", "yes")
	c.wantOutcome(request, replayOf(begun.Turn, commit))
}

func beginWithAnOldToken(c *corner) {
	request := c.request(conversationID, "hello")
	c.begun(request)
	c.fail(request, store.Failed)
	_, err := c.store.BeginTurn(c.Context(), request)
	wantReason(c.T, err, fault.TurnSuperseded, "begin with the token of a failed turn")
	c.wantTranscript(conversationID, `1.0 failed user "hello"`)
}

func commitRepeated(c *corner) {
	request := c.request(conversationID, "hello")
	c.begun(request)
	first := c.commit(replyTo(request, "hi"))
	if second := c.commit(replyTo(request, "hi")); !second.At.Equal(first.At) {
		c.Errorf("committed at %s, and repeated at %s", first.At, second.At)
	}
	c.wantTranscript(conversationID, `1.0 complete user "hello"`, `1.1 complete assistant "hi"`)
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

func busyUntilEnded(c *corner) {
	first := c.request(conversationID, "first")
	c.begun(first)
	c.wantOutcome(c.request(conversationID, "second"), store.Busy{Turn: 1})
	c.begun(c.request("c2", "other conversations are free"))
	c.fail(first, store.Failed)
	c.wantOutcome(c.request(conversationID, "third"), store.Begun{Turn: 2})
	c.wantTranscript(conversationID, `1.0 failed user "first"`, `2.0 pending user "third"`)
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

func retireUnknown(c *corner) {
	c.must(c.store.Retire(c.Context(), randomName("holder")), "retire a holder never seen")
}
