package plugintest

import (
	"fmt"

	"github.com/bothost/bothost/sdk/fault"
	"github.com/bothost/bothost/sdk/memory"
	"github.com/bothost/bothost/sdk/message"
	"github.com/bothost/bothost/sdk/store"
)

func apartCases() []StoreCase {
	return []StoreCase{
		{"equal ids of two tenants are two conversations", inCorner(tenantsAreApart)},
		{"equal ids, keys and tokens of two tenants have nothing to do with each other", inCorner(twinsAreApart)},
		{"a cursor of one tenant shows nothing of it to another", inCorner(cursorsAreApart)},
	}
}

func tenantsAreApart(c *corner) {
	other := c.neighbour()
	defer other.clear(other.tenant)
	c.turn(conversationID, "u1", "a1")
	other.turn(conversationID, "u2", "a2")
	running := c.request(conversationID, "running")
	c.begun(running)
	stolen := running
	stolen.Tenant = other.tenant
	other.wantSuperseded(stolen)
	other.wantHistory(conversationID, memory.Window{MaxMessages: 10}, said("u2", "a2")...)
	c.must(c.store.DeleteConversation(c.Context(), other.scope(conversationID)), "delete")
	c.commit(replyTo(running, "a3"))
	c.wantTranscript(conversationID, `1.0 complete user "u1"`, `1.1 complete assistant "a1"`,
		`2.0 complete user "running"`, `2.1 complete assistant "a3"`)
	if left := other.list("", 10); len(left) != 0 {
		c.Errorf("the other tenant has %d conversations, want none", len(left))
	}
}

// twinsAreApart does the same in two tenants, a step behind in one of them, with
// all that names a turn equal. Hosts never make a token twice; that a store does
// not take one for the other's shows that it asks for the tenant each time.
func twinsAreApart(c *corner) {
	other := c.neighbour()
	defer other.clear(other.tenant)
	ours := c.keyed(conversationID, "request", "key")
	theirs := ours
	theirs.Tenant = other.tenant
	nameTwin(&ours, "ours")
	nameTwin(&theirs, "theirs")
	ourCommit, theirCommit := commitOfTwin(ours), commitOfTwin(theirs)

	c.wantOutcome(ours, store.Begun{Turn: 1})
	c.wantOutcome(theirs, store.Begun{Turn: 1})
	c.commit(ourCommit)
	other.wantTranscript(conversationID, `1.0 pending user "theirs"`)
	other.commit(theirCommit)
	c.wantTwin(ours, ourCommit)
	other.wantTwin(theirs, theirCommit)
	c.wantOutcome(c.request(conversationID, "next"), afterFirst(ours, ourCommit))
	c.purge()
	c.wantGone()
	other.wantTwin(theirs, theirCommit)
	running := other.request(conversationID, "running")
	other.wantOutcome(running, afterFirst(theirs, theirCommit))
	c.wantOutcome(c.request(conversationID, "anew"), store.Begun{Turn: 1})
	c.deleteOne()
	c.wantGone()
	other.commit(replyTo(running, "done"))
}

func nameTwin(request *store.BeginTurn, name string) {
	request.UserMessage = message.New(message.User, name)
	request.UserID, request.Metadata = name, fmt.Appendf(nil, `{"of":%q}`, name)
}

func commitOfTwin(request store.BeginTurn) store.CommitTurn {
	commit := replyTo(request, "to "+request.UserID)
	commit.State = &memory.State{Plugin: "memory", Data: []byte(request.UserID)}
	return commit
}

// afterFirst is how the second turn of a conversation begins, after the first.
func afterFirst(request store.BeginTurn, commit store.CommitTurn) store.Begun {
	return store.Begun{
		Turn: 2, History: append([]message.Message{request.UserMessage}, commit.Messages...), State: commit.State,
	}
}

// wantTwin checks what can be read of a twin.
func (c *corner) wantTwin(request store.BeginTurn, commit store.CommitTurn) {
	c.Helper()
	c.wantTranscript(conversationID, "1.0 complete "+showMessage(request.UserMessage),
		"1.1 complete "+showMessage(commit.Messages[0]))
	want := describe(store.Conversation{ID: conversationID, Turns: 1, UserID: request.UserID, Metadata: request.Metadata})
	if got := describe(c.conversation(conversationID)); got != want {
		c.Errorf("the conversation is %s, want %s", got, want)
	}
	c.wantOutcome(request, replayOf(1, commit))
	c.wantOutcome(c.keyed(conversationID, "request", request.IdempotencyKey), replayOf(1, commit))
}

// cursorsAreApart is about a cursor that somebody copied: a store may refuse it.
func cursorsAreApart(c *corner) {
	other := c.neighbour()
	defer other.clear(other.tenant)
	for _, mine := range []*corner{c, other} {
		for range 3 {
			mine.turn(conversationID, "of "+mine.tenant, "hi")
		}
		mine.turn("c2", "hello", "hi")
	}
	page, err := c.listPage("", 1, "")
	c.must(err, "list")
	if stolen, err := other.listPage("", 10, page.Next); err != nil {
		wantCode(c.T, err, fault.Invalid, "list after another tenant's cursor")
	} else if len(stolen.Items) > 2 {
		c.Errorf("after another tenant's cursor the list has %q", ids(stolen.Items))
	}
	messages := store.ListMessages{Scope: c.scope(conversationID), Limit: 1}
	transcript, err := c.store.ListMessages(c.Context(), messages)
	c.must(err, "list messages")
	messages.Scope, messages.Limit, messages.After = other.scope(conversationID), 10, transcript.Next
	stolen, err := c.store.ListMessages(c.Context(), messages)
	if err != nil {
		wantCode(c.T, err, fault.Invalid, "list messages after another tenant's cursor")
	}
	for _, m := range stolen.Items {
		if m.Index == 0 && m.Message.Text() != "of "+other.tenant {
			c.Errorf("after another tenant's cursor the transcript has %s", showMessage(m.Message))
		}
	}
}
