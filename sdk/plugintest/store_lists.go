package plugintest

import (
	"fmt"
	"slices"
	"time"

	"github.com/bothost/bothost/sdk/fault"
	"github.com/bothost/bothost/sdk/store"
)

func listCases() []StoreCase {
	return []StoreCase{
		{"a conversation is described", inCorner(described)},
		{"conversations are listed newest activity first", inCorner(newestFirst)},
		{"conversations are listed for one user", inCorner(listedForOneUser)},
		{"a transcript's pages are the transcript", inCorner(transcriptPages)},
		{"a transcript can be followed as it grows", inCorner(transcriptGrows)},
		{"a cursor that the store did not make is refused", inCorner(foreignCursors)},
		{"a page that is too short or too long is refused", inCorner(limits)},
		{"what is not there is not found", inCorner(notFound)},
		{"a tenant without conversations has an empty list", inCorner(emptyList)},
	}
}

// list reads a tenant's conversations to the end, in pages.
func (c *corner) list(user string, limit int) []store.Conversation {
	c.Helper()
	return readPages(c.T, func(after string) (store.Page[store.Conversation], error) {
		return c.listPage(user, limit, after)
	}, limit)
}

func (c *corner) listPage(user string, limit int, after string) (store.Page[store.Conversation], error) {
	return c.store.ListConversations(c.Context(), store.ListConversations{
		Tenant: c.tenant, UserID: user, Limit: limit, After: after,
	})
}

func ids(conversations []store.Conversation) []string {
	names := make([]string, len(conversations))
	for i, conversation := range conversations {
		names[i] = conversation.ID
	}
	return names
}

// touch runs a turn of a user, later than all before by the store's clock.
func (c *corner) touch(conversation, user string) {
	c.Helper()
	time.Sleep(2 * time.Millisecond) // a clock may be as coarse as that
	request := c.request(conversation, "hello")
	request.UserID = user
	c.begun(request)
	c.commit(replyTo(request, "hi"))
}

func described(c *corner) {
	request := c.request(conversationID, "hello")
	request.UserID, request.Metadata = "user", []byte(`{"k":"v"}`)
	c.begun(request)
	first := c.conversation(conversationID)
	if first.Turns != 1 || first.UserID != "user" || !sameJSON(first.Metadata, []byte(`{"k":"v"}`)) ||
		first.Created.IsZero() || first.Updated.Before(first.Created) {
		c.Errorf("while the first turn runs: %+v", first)
	}
	committed := c.commit(replyTo(request, "hi"))
	if after := c.conversation(conversationID); after.Updated.Before(committed.At) {
		c.Errorf("committed at %s, but the last activity was at %s", committed.At, after.Updated)
	}
	c.touch(conversationID, "")
	second := c.conversation(conversationID)
	if second.Turns != 2 || !second.Created.Equal(first.Created) || !second.Updated.After(committed.At) {
		c.Errorf("after the second turn: %+v, which was %+v", second, first)
	}
	listed := c.list("", 10)
	if len(listed) != 1 || fmt.Sprint(listed[0]) != fmt.Sprint(second) {
		c.Errorf("the list has %v, want %v", listed, second)
	}
}

func newestFirst(c *corner) {
	for _, id := range []string{"a", "b", "c", "b", "a", "d"} {
		c.touch(id, "")
	}
	if got, want := ids(c.list("", 10)), []string{"d", "a", "b", "c"}; !slices.Equal(got, want) {
		c.Errorf("got %q, want %q", got, want)
	}
}

func listedForOneUser(c *corner) {
	for i := range 6 {
		c.touch(fmt.Sprint("c", i), fmt.Sprint("user", i%2))
	}
	c.touch("nobody's", "")
	if got, want := ids(c.list("user1", 2)), []string{"c5", "c3", "c1"}; !slices.Equal(got, want) {
		c.Errorf("of user1: got %q, want %q", got, want)
	}
	if got := c.list("user", 10); len(got) != 0 {
		c.Errorf("of a user without any: got %q", ids(got))
	}
	if got := c.list("", 10); len(got) != 7 {
		c.Errorf("of everybody: got %q, want 7", ids(got))
	}
}

func transcriptPages(c *corner) {
	var want []string
	for turn := 1; turn <= 4; turn++ {
		c.turn(conversationID, "question", "answer")
		want = append(want, fmt.Sprintf(`%d.0 complete user "question"`, turn),
			fmt.Sprintf(`%d.1 complete assistant "answer"`, turn))
	}
	c.wantTranscript(conversationID, want...)
	whole := c.messages(conversationID, 200)
	for limit := 1; limit <= 9; limit++ {
		if got := c.messages(conversationID, limit); fmt.Sprint(got) != fmt.Sprint(whole) {
			c.Errorf("in pages of %d:\n got %v\nwant %v", limit, got, whole)
		}
	}
	for i, m := range whole {
		if m.Created.IsZero() || i > 0 && m.Created.Before(whole[i-1].Created) {
			c.Errorf("message %d.%d is of %s, which is before its predecessor", m.Turn, m.Index, m.Created)
		}
	}
}

func transcriptGrows(c *corner) {
	c.turn(conversationID, "u1", "a1")
	c.turn(conversationID, "u2", "a2")
	request := store.ListMessages{Scope: c.scope(conversationID), Limit: 3}
	page, err := c.store.ListMessages(c.Context(), request)
	c.must(err, "list messages")
	c.turn(conversationID, "u3", "a3")
	request.After, request.Limit = page.Next, 200
	page, err = c.store.ListMessages(c.Context(), request)
	c.must(err, "list messages")
	var got []string
	for _, m := range page.Items {
		got = append(got, m.Message.Text())
	}
	if want := []string{"a2", "u3", "a3"}; !slices.Equal(got, want) {
		c.Errorf("after the first page: got %q, want %q", got, want)
	}
}

func foreignCursors(c *corner) {
	c.turn("c1", "u1", "a1")
	c.turn("c2", "u1", "a1")
	conversations, err := c.listPage("", 1, "")
	c.must(err, "list")
	messages, err := c.store.ListMessages(c.Context(), store.ListMessages{Scope: c.scope("c1"), Limit: 1})
	c.must(err, "list messages")
	if conversations.Next == "" || messages.Next == "" {
		c.Fatalf("a page of one of two items has no cursor: %q, %q", conversations.Next, messages.Next)
	}
	for _, cursor := range []string{"x", "not a cursor", "0", "AAAA", "😀", "2026-01-01T00:00:00Z"} {
		_, err := c.listPage("", 10, cursor)
		wantCode(c.T, err, fault.Invalid, fmt.Sprintf("list conversations after %q", cursor))
		_, err = c.store.ListMessages(c.Context(), store.ListMessages{Scope: c.scope("c1"), Limit: 10, After: cursor})
		wantCode(c.T, err, fault.Invalid, fmt.Sprintf("list messages after %q", cursor))
	}
	_, err = c.listPage("", 10, messages.Next)
	wantCode(c.T, err, fault.Invalid, "list conversations after a cursor of messages")
	_, err = c.store.ListMessages(c.Context(), store.ListMessages{Scope: c.scope("c1"), Limit: 10, After: conversations.Next})
	wantCode(c.T, err, fault.Invalid, "list messages after a cursor of conversations")
}

func limits(c *corner) {
	c.turn(conversationID, "u1", "a1")
	for _, limit := range []int{0, 201} {
		_, err := c.listPage("", limit, "")
		wantCode(c.T, err, fault.Invalid, fmt.Sprintf("list conversations, at most %d", limit))
		_, err = c.store.ListMessages(c.Context(), store.ListMessages{Scope: c.scope(conversationID), Limit: limit})
		wantCode(c.T, err, fault.Invalid, fmt.Sprintf("list messages, at most %d", limit))
	}
}

func notFound(c *corner) {
	other := c.neighbour()
	defer other.clear(other.tenant)
	c.turn(conversationID, "hello", "hi")
	for _, scope := range []store.Scope{c.scope("c2"), other.scope(conversationID)} {
		_, err := c.store.GetConversation(c.Context(), scope)
		wantCode(c.T, err, fault.NotFound, "get a conversation that is not there")
		_, err = c.store.ListMessages(c.Context(), store.ListMessages{Scope: scope, Limit: 10})
		wantCode(c.T, err, fault.NotFound, "list messages of a conversation that is not there")
		err = c.store.DeleteConversation(c.Context(), scope)
		wantCode(c.T, err, fault.NotFound, "delete a conversation that is not there")
	}
}

func emptyList(c *corner) {
	if got := c.list("", 10); len(got) != 0 {
		c.Errorf("got %q", ids(got))
	}
}
