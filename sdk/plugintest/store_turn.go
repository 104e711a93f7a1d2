package plugintest

import (
	"fmt"

	"github.com/bothost/bothost/sdk/fault"
	"github.com/bothost/bothost/sdk/memory"
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
		{"a begin that begins nothing leaves no trace", inCorner(noTrace)},
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

func busyUntilEnded(c *corner) {
	first := c.request(conversationID, "first")
	c.begun(first)
	second := c.request(conversationID, "second")
	c.wantOutcome(second, store.Busy{Turn: 1})
	c.wantOutcome(second, store.Busy{Turn: 1})
	c.begun(c.request("c2", "other conversations are free"))
	c.fail(first, store.Failed)
	c.wantOutcome(second, store.Begun{Turn: 2})
	c.wantTranscript(conversationID, `1.0 failed user "first"`, `2.0 pending user "second"`)
}

func noTrace(c *corner) {
	failed := c.request(conversationID, "failed")
	failed.UserID, failed.Metadata = "user", []byte(`{"k":"v"}`)
	c.begun(failed)
	c.fail(failed, store.Failed)
	complete := c.keyed(conversationID, "complete", "key")
	c.begun(complete)
	c.commit(replyTo(complete, "hi"))
	c.begun(c.request(conversationID, "pending"))
	before, transcript := c.conversation(conversationID), c.transcript(conversationID)
	for _, request := range []store.BeginTurn{
		c.request(conversationID, "busy"), c.keyed(conversationID, "complete", "key"),
		c.keyed(conversationID, "another request", "key"), failed,
	} {
		request.UserID, request.Metadata = "somebody else", []byte(`{"k":"another"}`)
		if outcome, err := c.store.BeginTurn(c.Context(), request); err == nil {
			if _, ok := outcome.(store.Begun); ok {
				c.Fatalf("begin turn: got %s, want nothing begun", show(outcome))
			}
		}
		if after := c.conversation(conversationID); fmt.Sprint(after) != fmt.Sprint(before) {
			c.Errorf("the begin of %s has made %+v of the conversation %+v", showMessage(request.UserMessage), after, before)
		}
		c.wantTranscript(conversationID, transcript...)
	}
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
