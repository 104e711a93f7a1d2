package plugintest

import (
	"strings"

	"github.com/bothost/bothost/sdk/memory"
	"github.com/bothost/bothost/sdk/message"
	"github.com/bothost/bothost/sdk/store"
)

func windowCases() []StoreCase {
	return []StoreCase{
		{"a window of no messages is empty", inCorner(windowOfNone)},
		{"a window holds the newest whole turns that its count allows", inCorner(windowByCount)},
		{"a window holds the newest whole turns that its bytes allow", inCorner(windowByBytes)},
		{"a window without a bound of bytes holds no more than 8 MiB", inCorner(windowByDefault)},
		{"turns without a reply are neither in the window nor counted", inCorner(windowSkips)},
		{"a cancelled turn with a reply is in the window", inCorner(windowHoldsCancelled)},
		{"a turn of several messages is whole in the window, in order", inCorner(windowKeepsTogether)},
	}
}

func said(pairs ...string) []message.Message {
	messages := make([]message.Message, len(pairs))
	for i, text := range pairs {
		role := message.User
		if i%2 == 1 {
			role = message.Assistant
		}
		messages[i] = message.New(role, text)
	}
	return messages
}

func windowOfNone(c *corner) {
	c.turn(conversationID, "u1", "a1")
	c.wantHistory(conversationID, memory.Window{})
}

func windowByCount(c *corner) {
	c.turn(conversationID, "u1", "a1")
	c.turn(conversationID, "u2", "a2")
	c.turn(conversationID, "u3", "a3")
	for count, want := range [][]message.Message{
		{},
		{},
		said("u3", "a3"), said("u3", "a3"), said("u2", "a2", "u3", "a3"), said("u2", "a2", "u3", "a3"),
		said("u1", "a1", "u2", "a2", "u3", "a3"), said("u1", "a1", "u2", "a2", "u3", "a3"),
	} {
		c.wantHistory(conversationID, memory.Window{MaxMessages: count}, want...)
	}
}

func windowByBytes(c *corner) {
	c.turn(conversationID, "u", "a")
	c.turn(conversationID, strings.Repeat("u", 60), strings.Repeat("é", 20))
	c.turn(conversationID, "u3", "a3")
	big := said(strings.Repeat("u", 60), strings.Repeat("é", 20))
	for bound, want := range map[int64][]message.Message{
		3:   {},
		4:   said("u3", "a3"),
		103: said("u3", "a3"),
		104: append(big, said("u3", "a3")...),
		105: append(big, said("u3", "a3")...),
		106: append(said("u", "a"), append(big, said("u3", "a3")...)...),
	} {
		c.wantHistory(conversationID, memory.Window{MaxMessages: 100, MaxBytes: bound}, want...)
	}
}

func windowByDefault(c *corner) {
	const megabyte = 1 << 20
	for range 4 {
		c.turn(conversationID, strings.Repeat("u", megabyte), strings.Repeat("a", megabyte))
	}
	c.turn(conversationID, "u", "a")
	request := c.request(conversationID, "next")
	if got := len(c.begun(request).History); got != 8 {
		c.Errorf("of 8 MiB in 8 messages and 2 bytes in 2 newer ones the window holds %d messages, want 8", got)
	}
}

func windowSkips(c *corner) {
	c.turn(conversationID, "u1", "a1")
	for _, status := range []store.Status{store.Failed, store.Cancelled} {
		request := c.request(conversationID, "no answer")
		c.begun(request)
		c.fail(request, status)
	}
	lost := c.request(conversationID, "no answer")
	lost.Holder = randomName("holder")
	c.begun(lost)
	c.turn(conversationID, "u2", "a2")
	c.wantHistory(conversationID, memory.Window{MaxMessages: 4}, said("u1", "a1", "u2", "a2")...)
}

func windowHoldsCancelled(c *corner) {
	request := c.request(conversationID, "u1")
	c.begun(request)
	commit := replyTo(request, "a")
	commit.Status = store.Cancelled
	c.commit(commit)
	c.turn(conversationID, "u2", "a2")
	c.wantHistory(conversationID, memory.Window{MaxMessages: 4}, said("u1", "a", "u2", "a2")...)
	c.wantHistory(conversationID, memory.Window{MaxMessages: 3}, said("u2", "a2")...)
}

func windowKeepsTogether(c *corner) {
	request := c.request(conversationID, "what is the time?")
	c.begun(request)
	commit := replyTo(request, "")
	commit.Messages = []message.Message{
		{Role: message.Assistant, Parts: []message.Part{message.ToolCall{ID: "1", Name: "clock", Arguments: []byte("{}")}}},
		{Role: message.Tool, Parts: []message.Part{message.ToolResult{CallID: "1", Text: "noon"}}},
		message.New(message.Assistant, "noon"),
	}
	c.commit(commit)
	whole := append([]message.Message{request.UserMessage}, commit.Messages...)
	c.wantHistory(conversationID, memory.Window{MaxMessages: 4}, whole...)
	c.wantHistory(conversationID, memory.Window{MaxMessages: 3})
	c.turn(conversationID, "u2", "a2")
	c.wantHistory(conversationID, memory.Window{MaxMessages: 5}, said("u2", "a2")...)
	c.wantHistory(conversationID, memory.Window{MaxMessages: 6}, append(whole, said("u2", "a2")...)...)
}
