package plugintest

import (
	"fmt"

	"github.com/bothost/bothost/sdk/fault"
	"github.com/bothost/bothost/sdk/memory"
	"github.com/bothost/bothost/sdk/store"
)

func deleteCases() []StoreCase {
	return []StoreCase{
		{"a deleted conversation is gone, and its id is free", inCorner(goneAfter((*corner).deleteOne))},
		{"a purged tenant's conversations are gone, and their ids are free", inCorner(goneAfter((*corner).purge))},
		{"deletion supersedes the running turn, and nothing comes back", inCorner(deletionWins((*corner).deleteOne))},
		{"a purge supersedes the running turn, and nothing comes back", inCorner(deletionWins((*corner).purge))},
		{"a late commit cannot end the turn of a new conversation of that id", inCorner(deletionFences)},
		{"deleting one conversation leaves the others", inCorner(deleteOneOfMany)},
		{"a tenant without conversations can be purged", inCorner((*corner).purge)},
	}
}

func (c *corner) deleteOne() {
	c.Helper()
	c.must(c.store.DeleteConversation(c.Context(), c.scope(conversationID)), "delete conversation")
}

func (c *corner) purge() {
	c.Helper()
	c.must(c.store.PurgeTenant(c.Context(), c.tenant), "purge tenant")
}

func goneAfter(remove func(*corner)) func(*corner) {
	return func(c *corner) {
		c.commitState("remembered", &memory.State{Plugin: "memory", Data: []byte("state")})
		keyed := c.keyed(conversationID, "hello", "key")
		keyed.UserID, keyed.Metadata = "user", []byte(`{"k":"v"}`)
		c.begun(keyed)
		c.commit(replyTo(keyed, "hi"))
		remove(c)
		c.wantGone()
		again := c.keyed(conversationID, "not the same", "key")
		again.UserID = "another"
		c.wantOutcome(again, store.Begun{Turn: 1})
		if got := c.conversation(conversationID); got.Turns != 1 || got.UserID != "another" || len(got.Metadata) != 0 {
			c.Errorf("the new conversation has something of the old: %+v", got)
		}
		c.wantTranscript(conversationID, `1.0 pending user "not the same"`)
	}
}

func (c *corner) wantGone() {
	c.Helper()
	_, err := c.store.GetConversation(c.Context(), c.scope(conversationID))
	wantCode(c.T, err, fault.NotFound, "get a deleted conversation")
	_, err = c.store.ListMessages(c.Context(), store.ListMessages{Scope: c.scope(conversationID), Limit: 10})
	wantCode(c.T, err, fault.NotFound, "list messages of a deleted conversation")
	if listed := c.list("", 10); len(listed) != 0 {
		c.Errorf("deleted conversations are listed: %q", ids(listed))
	}
}

func deletionWins(remove func(*corner)) func(*corner) {
	return func(c *corner) {
		c.turn(conversationID, "hello", "hi")
		running := c.request(conversationID, "running")
		c.begun(running)
		remove(c)
		c.wantSuperseded(running)
		c.wantGone()
	}
}

func deletionFences(c *corner) {
	old := c.request(conversationID, "old")
	c.begun(old)
	c.deleteOne()
	c.begun(c.request(conversationID, "new"))
	c.wantSuperseded(old)
	c.wantTranscript(conversationID, `1.0 pending user "new"`)
}

func deleteOneOfMany(c *corner) {
	for i := range 3 {
		c.turn(fmt.Sprint("c", i), fmt.Sprint("u", i), "a")
	}
	c.deleteOne()
	c.wantTranscript("c0", `1.0 complete user "u0"`, `1.1 complete assistant "a"`)
	c.wantTranscript("c2", `1.0 complete user "u2"`, `1.1 complete assistant "a"`)
	c.must(c.store.DeleteConversation(c.Context(), c.scope("c0")), "delete the second")
	if got := fmt.Sprint(ids(c.list("", 10))); got != "[c2]" {
		c.Errorf("left are %s, want [c2]", got)
	}
}
