package plugintest

import (
	"fmt"

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
		{"another turn is busy until the first ends", inCorner(busyUntilEnded)},
		{"a begin that begins nothing leaves no trace", inCorner(noTrace)},
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

func retireUnknown(c *corner) {
	c.must(c.store.Retire(c.Context(), randomName("holder")), "retire a holder never seen")
}
