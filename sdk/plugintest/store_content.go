package plugintest

import (
	"strings"

	"github.com/bothost/bothost/sdk/memory"
	"github.com/bothost/bothost/sdk/message"
	"github.com/bothost/bothost/sdk/store"
)

func contentCases() []StoreCase {
	return []StoreCase{
		{"messages come back byte for byte", inCorner(contentIsKept)},
		{"the result of a turn is told again in full", inCorner(resultIsKept)},
		{"the memory's state is saved with a turn and given to the next", inCorner(stateIsKept)},
		{"the user is what the first turn said", inCorner(userIsKept)},
		{"metadata is replaced by the turns that carry any", inCorner(metadataIsReplaced)},
		{"ids of odd characters are kept apart and come back", inCorner(oddIDs)},
	}
}

// oddTexts are what a store may be tempted to interpret, escape or cut.
var oddTexts = [...]string{
	"", " ", "\n", "plain", "{{7*7}} ${HOME} %s %d $1 ? :name @p1", `"quotes" 'single' \back\slash\ \u0041 \x41`,
	"'; DROP TABLE messages; --", "tabs\tand\r\nlines\n", "😀👩‍👩‍👧‍👦 é e\u0301 日本語 עברית \u202etrojan", "null", "[]", "<b>&amp;</b>\u2028",
	"\x00\x01\x7f\u0080\ufeff\ufffd", `{"text":"json"}`,
}

func contentIsKept(c *corner) {
	var parts []message.Part
	for _, text := range oddTexts {
		parts = append(parts, message.Text(text),
			message.ToolCall{ID: text, Name: text, Arguments: []byte(`{"a": "` + "\u2028" + `", "b":1.0}`)},
			message.ToolResult{CallID: text, Text: text, IsError: text == ""})
	}
	everyByte := make([]byte, 256)
	for i := range everyByte {
		everyByte[i] = byte(i)
	}
	parts = append(parts, message.Blob{MediaType: "image/png", Data: everyByte}, message.Blob{},
		message.Text(strings.Repeat("long ", 100_000)))
	request := c.keyed(conversationID, "", "key")
	request.UserMessage = message.Message{Role: message.User, Parts: parts}
	c.begun(request)
	commit := replyTo(request, "")
	commit.Messages = []message.Message{
		{Role: message.Assistant, Parts: parts}, {Role: message.Tool, Parts: parts}, {Role: message.System, Parts: parts},
	}
	c.commit(commit)
	c.wantOutcome(c.keyed(conversationID, "", "key"), replayOf(1, commit))
	all := append([]message.Message{request.UserMessage}, commit.Messages...)
	if got := c.history(conversationID, memory.Window{MaxMessages: 4}); got != showMessages(all) {
		c.differ("the window has changed what was said", got, showMessages(all))
	}
	for i, stored := range c.messages(conversationID, 200)[:len(all)] {
		if got, want := showMessage(stored.Message), showMessage(all[i]); got != want {
			c.differ("the transcript has changed what was said", got, want)
		}
	}
}

func resultIsKept(c *corner) {
	request := c.keyed(conversationID, "hello", "key")
	c.begun(request)
	commit := replyTo(request, "hi")
	commit.Result.Model = "a/model:b \"c\" 😀"
	commit.Result.FinishReason = "a word of its own"
	commit.Result.Usage.PromptTokens = 1 << 40
	c.commit(commit)
	c.wantOutcome(c.keyed(conversationID, "hello", "key"), replayOf(1, commit))
}

func stateIsKept(c *corner) {
	state := &memory.State{
		Plugin: "memory-summary", Format: "v1", ThroughTurn: 1, Version: 1 << 40,
		Data: []byte("\x00\xff{{state}}" + strings.Repeat("s", 256<<10)),
	}
	c.commitState("saved", state)
	c.wantState("saved", state)
	c.commitState("left as it is", nil)
	failed := c.request(conversationID, "a failure changes nothing")
	c.begun(failed)
	c.fail(failed, store.Failed)
	c.wantState("left as it is", state)
	next := &memory.State{Plugin: "memory-other", Format: "v2", ThroughTurn: 4}
	c.commitState("replaced", next)
	c.wantState("replaced", next)
}

func (c *corner) commitState(what string, state *memory.State) {
	c.Helper()
	request := c.request(conversationID, what)
	c.begun(request)
	commit := replyTo(request, what)
	commit.State = state
	c.commit(commit)
}

func (c *corner) wantState(what string, want *memory.State) {
	c.Helper()
	request := c.request(conversationID, what)
	got := show(store.Begun{State: c.begun(request).State})
	c.fail(request, store.Failed)
	if want := show(store.Begun{State: want}); got != want {
		c.differ("state "+what, got, want)
	}
}

func userIsKept(c *corner) {
	for id, user := range map[string]string{"named": "user \"1\" 😀", "unnamed": ""} {
		first := c.request(id, "hello")
		first.UserID = user
		c.begun(first)
		c.commit(replyTo(first, "hi"))
		second := c.request(id, "hello again")
		second.UserID = "somebody else"
		c.begun(second)
		if got := c.conversation(id); got.UserID != user {
			c.Errorf("the user is %q, want %q", got.UserID, user)
		}
	}
}

func metadataIsReplaced(c *corner) {
	for _, step := range []struct{ sent, want string }{
		{"", ""},
		{`{"a": 1, "b": {"c": [1, 2.5, "😀", null, true]}}`, `{"a": 1, "b": {"c": [1, 2.5, "😀", null, true]}}`},
		{"", `{"a": 1, "b": {"c": [1, 2.5, "😀", null, true]}}`},
		{`{"d": "{{7*7}}"}`, `{"d": "{{7*7}}"}`},
		{`{}`, `{}`},
	} {
		request := c.request(conversationID, "hello")
		if step.sent != "" {
			request.Metadata = []byte(step.sent)
		}
		c.begun(request)
		c.commit(replyTo(request, "hi"))
		if got := c.conversation(conversationID).Metadata; !sameJSON(got, []byte(step.want)) {
			c.Errorf("after metadata %q: got %q, want %q", step.sent, got, step.want)
		}
	}
}

func (c *corner) conversation(id string) store.Conversation {
	c.Helper()
	conversation, err := c.store.GetConversation(c.Context(), c.scope(id))
	c.must(err, "get conversation")
	if conversation.ID != id {
		c.Errorf("got conversation %q, want %q", conversation.ID, id)
	}
	return conversation
}

// oddID lists ids that are easily confused with each other or with syntax.
func oddID() []string {
	return []string{
		"a", "A", "a ", " a", "a/b", "a%2Fb", "a\\b", "../a", ".", "a:b", "a?b=c&d#e", "*", "%", "_", "'", `"`, "é", "e\u0301",
		"日本語", "😀", "null", "0", "-1", strings.Repeat("x", 256), strings.Repeat("x", 255) + "y", strings.Repeat("é", 128),
	}
}

func oddIDs(c *corner) {
	ids := oddID()
	for _, id := range ids {
		c.turn(id, "I am "+id, "hi")
	}
	for _, id := range ids {
		if got := c.conversation(id); got.Turns != 1 {
			c.Errorf("conversation %q has %d turns, want 1", id, got.Turns)
		}
		c.wantHistory(id, memory.Window{MaxMessages: 4}, said("I am "+id, "hi")...)
	}
	listed := map[string]bool{}
	for _, conversation := range c.list("", 7) {
		listed[conversation.ID] = true
	}
	for _, id := range ids {
		if !listed[id] {
			c.Errorf("conversation %q is not listed", id)
		}
	}
	if len(listed) != len(ids) {
		c.Errorf("%d conversations are listed, want %d", len(listed), len(ids))
	}
}
