package plugintest

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/bothost/bothost/sdk/fault"
	"github.com/bothost/bothost/sdk/memory"
	"github.com/bothost/bothost/sdk/message"
	"github.com/bothost/bothost/sdk/store"
)

func cancelCases() []StoreCase {
	return []StoreCase{
		{"a begin cut short has begun or not, and is the same turn when repeated", inCorner(beginCutShort)},
		{"a commit cut short is whole or nothing, and lands once when repeated", inCorner(commitCutShort)},
		{"of a commit cut short and a failure one is refused", inCorner(commitCutShortThenFail)},
		{"of a failure cut short and a commit one is refused", inCorner(failCutShortThenCommit)},
		{"a deletion cut short is whole or nothing, and is done when repeated", inCorner(deleteCutShort)},
		{"a purge cut short is done when repeated", inCorner(purgeCutShort)},
	}
}

func beginCutShort(c *corner) {
	cutter := newScissors(c.T)
	for turn := uint64(1); turn <= cutRounds; turn++ {
		request := c.request(conversationID, fmt.Sprint("u", turn))
		cutter.cut("begin turn", func(ctx context.Context) error {
			_, err := c.store.BeginTurn(ctx, request)
			return err
		})
		if begun := c.begun(request); begun.Turn != turn || len(begun.History) != int(turn-1)*2 {
			c.Fatalf("a begin cut short and repeated is %s, want turn %d", show(begun), turn)
		}
		c.commit(replyTo(request, fmt.Sprint("a", turn)))
	}
	var want []string
	for turn := 1; turn <= cutRounds; turn++ {
		want = append(want, fmt.Sprintf(`%d.0 complete user "u%d"`, turn, turn),
			fmt.Sprintf(`%d.1 complete assistant "a%d"`, turn, turn))
	}
	c.wantTranscript(conversationID, want...)
}

// longCommit is a commit of which a part can be missing.
func longCommit(request store.BeginTurn, version uint64) store.CommitTurn {
	commit := replyTo(request, "first")
	commit.Messages = append(commit.Messages, message.New(message.Tool, "second"), message.New(message.Assistant, "third"))
	commit.State = &memory.State{Plugin: "memory", Version: version, Data: []byte("state")}
	return commit
}

// The transcripts of a conversation of one turn, and what longCommit makes of it.
const (
	pendingTurn = `1.0 pending user "hello"`
	hasFailed   = `1.0 failed user "hello"`
	wholeTurn   = `1.0 complete user "hello"
1.1 complete assistant "first"
1.2 complete tool "second"
1.3 complete assistant "third"`
)

// wantOneOf checks that a conversation's transcript is one of those; none of a
// conversation that is not there.
func (c *corner) wantOneOf(conversation string, wanted ...string) {
	c.Helper()
	page, err := c.store.ListMessages(c.Context(), store.ListMessages{Scope: c.scope(conversation), Limit: 200})
	if err != nil && !fault.Is(err, fault.NotFound) {
		c.Fatalf("list messages: %v", err)
	}
	if got := strings.Join(transcriptOf(page.Items), "\n"); !slices.Contains(wanted, got) {
		c.Fatalf("transcript:\n%s\nwant one of\n%s", got, strings.Join(wanted, "\nor\n"))
	}
}

// cutConversations runs one round after the other, each in a conversation of its
// own that has a pending turn.
func (c *corner) cutConversations(round func(cutter *scissors, request store.BeginTurn, commit store.CommitTurn)) {
	c.Helper()
	cutter := newScissors(c.T)
	for i := range uint64(cutRounds) {
		request := c.request(fmt.Sprint("c", i), "hello")
		c.begun(request)
		round(cutter, request, longCommit(request, i))
	}
}

func (c *corner) cutCommit(cutter *scissors, commit store.CommitTurn) bool {
	c.Helper()
	return cutter.cut("commit turn", func(ctx context.Context) error {
		_, err := c.store.CommitTurn(ctx, commit)
		return err
	})
}

func commitCutShort(c *corner) {
	c.cutConversations(func(cutter *scissors, request store.BeginTurn, commit store.CommitTurn) {
		if c.cutCommit(cutter, commit) {
			c.wantOneOf(request.Conversation, wholeTurn)
		} else {
			c.wantOneOf(request.Conversation, pendingTurn, wholeTurn)
		}
		first := c.commit(commit)
		if second := c.commit(commit); !second.At.Equal(first.At) {
			c.Errorf("committed at %s, and repeated at %s", first.At, second.At)
		}
		c.wantOneOf(request.Conversation, wholeTurn)
		c.wantOutcome(c.request(request.Conversation, "next"), store.Begun{
			Turn: 2, History: append([]message.Message{request.UserMessage}, commit.Messages...), State: commit.State,
		})
	})
}

func commitCutShortThenFail(c *corner) {
	c.cutConversations(func(cutter *scissors, request store.BeginTurn, commit store.CommitTurn) {
		done := c.cutCommit(cutter, commit)
		err := c.store.FailTurn(c.Context(), failureOf(request, store.Failed))
		c.wantOneEnd(request, commit, err == nil, err)
		if done && err == nil {
			c.Errorf("a turn was committed and failed")
		}
	})
}

func failCutShortThenCommit(c *corner) {
	c.cutConversations(func(cutter *scissors, request store.BeginTurn, commit store.CommitTurn) {
		done := cutter.cut("fail turn", func(ctx context.Context) error {
			return c.store.FailTurn(ctx, failureOf(request, store.Failed))
		})
		_, err := c.store.CommitTurn(c.Context(), commit)
		c.wantOneEnd(request, commit, err != nil, err)
		if done && err == nil {
			c.Errorf("a turn was failed and committed")
		}
	})
}

// wantOneEnd checks that a turn has failed, or was committed, for all readers and
// for the next turn. The error is of the call that came second.
func (c *corner) wantOneEnd(request store.BeginTurn, commit store.CommitTurn, failed bool, err error) {
	c.Helper()
	if err != nil {
		wantReason(c.T, err, fault.TurnSuperseded, "end a turn that was ended otherwise")
	}
	next := store.Begun{Turn: 2}
	if failed {
		c.wantOneOf(request.Conversation, hasFailed)
	} else {
		c.wantOneOf(request.Conversation, wholeTurn)
		next.History, next.State = append([]message.Message{request.UserMessage}, commit.Messages...), commit.State
	}
	c.wantOutcome(c.request(request.Conversation, "next"), next)
}

func deleteCutShort(c *corner) {
	c.cutConversations(func(cutter *scissors, request store.BeginTurn, commit store.CommitTurn) {
		c.commit(commit)
		done := cutter.cut("delete conversation", func(ctx context.Context) error {
			return c.store.DeleteConversation(ctx, request.Scope)
		})
		if done {
			c.wantOneOf(request.Conversation, "")
		} else {
			c.wantOneOf(request.Conversation, "", wholeTurn)
		}
		if err := c.store.DeleteConversation(c.Context(), request.Scope); err != nil {
			wantCode(c.T, err, fault.NotFound, "delete again what may be deleted")
		}
		c.wantOneOf(request.Conversation, "")
		c.wantSuperseded(request)
		c.wantOutcome(c.request(request.Conversation, "anew"), store.Begun{Turn: 1})
	})
}

func purgeCutShort(c *corner) {
	cutter := newScissors(c.T)
	for range cutRounds / 4 {
		other := c.neighbour()
		for i := range 4 {
			other.turn(fmt.Sprint("c", i), "hello", "hi")
		}
		cutter.cut("purge tenant", func(ctx context.Context) error { return c.store.PurgeTenant(ctx, other.tenant) })
		other.purge()
		if left := other.list("", 10); len(left) != 0 {
			c.Errorf("a purged tenant has the conversations %q", ids(left))
		}
	}
}
