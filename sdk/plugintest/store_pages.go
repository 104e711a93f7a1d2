package plugintest

import (
	"fmt"
	"strings"

	"github.com/bothost/bothost/sdk/store"
)

func pageCases() []StoreCase {
	return []StoreCase{
		{"pages hold what was not touched meanwhile exactly once", inCorner(pagesAreStable)},
		{"pages read while others write hold what is not touched exactly once", inCorner(pagesUnderWriters)},
		{"a page goes on after a conversation that is gone", inCorner(pagesAfterDeletion)},
		{"a page of several messages holds at most 8 MiB", inCorner(longPages)},
		{"a page of several conversations holds at most 8 MiB", inCorner(longConversations)},
	}
}

// maxPageBytes bounds the content of a page of several items.
const maxPageBytes = 8 << 20

func pagesAreStable(c *corner) {
	const count = 9
	for i := range count {
		c.touch(fmt.Sprint("c", i), "")
	}
	seen := map[string]int{}
	page, err := c.listPage("", 2, "")
	for ; ; page, err = c.listPage("", 2, page.Next) {
		c.must(err, "list")
		for _, id := range ids(page.Items) {
			seen[id]++
		}
		if page.Next == "" {
			break
		}
		c.touch("c8", "")
		c.touch(fmt.Sprint("new", len(seen)), "")
	}
	for i := range count - 1 {
		if id := fmt.Sprint("c", i); seen[id] != 1 {
			c.Errorf("conversation %q was listed %d times, want once", id, seen[id])
		}
	}
}

// pagesUnderWriters reads the whole list while others touch conversations and
// begin new ones.
func pagesUnderWriters(c *corner) {
	const still, writers, turns = 12, 3, 6
	for i := range still {
		c.touch(fmt.Sprint("still", i), "")
	}
	done := make(chan struct{})
	go func() {
		defer close(done)
		atOnce(writers, func(writer int) {
			for i := range turns {
				for _, id := range []string{fmt.Sprint("busy", writer), fmt.Sprint("new", writer, i)} {
					request := c.request(id, "hello")
					if _, err := c.store.BeginTurn(c.Context(), request); err != nil {
						c.Errorf("begin turn: %v", err)
					}
					if _, err := c.store.CommitTurn(c.Context(), replyTo(request, "hi")); err != nil {
						c.Errorf("commit turn: %v", err)
					}
				}
			}
		})
	}()
	defer func() { <-done }()
	for round := 0; round < 3 || !closed(done); round++ {
		seen := map[string]int{}
		for _, id := range ids(c.list("", 5)) {
			seen[id]++
		}
		for i := range still {
			if id := fmt.Sprint("still", i); seen[id] != 1 {
				c.Errorf("conversation %q was listed %d times, want once", id, seen[id])
			}
		}
	}
}

func closed(done <-chan struct{}) bool {
	select {
	case <-done:
		return true
	default:
		return false
	}
}

func pagesAfterDeletion(c *corner) {
	for _, id := range []string{"d", "c", "b", "a"} {
		c.touch(id, "")
	}
	page, err := c.listPage("", 2, "")
	c.must(err, "list")
	c.must(c.store.DeleteConversation(c.Context(), c.scope("b")), "delete the last of the page")
	page, err = c.listPage("", 2, page.Next)
	c.must(err, "list after a conversation that is gone")
	if got := fmt.Sprint(ids(page.Items)); got != "[c d]" {
		c.Errorf("after the page of a and b: got %s, want [c d]", got)
	}
}

// longPages is about answers that must fit into a message of the wire, whatever
// the limit allows.
func longPages(c *corner) {
	const turns, size = 3, 2 << 20
	for range turns {
		c.turn(conversationID, strings.Repeat("u", size), strings.Repeat("a", size))
	}
	request := store.ListMessages{Scope: c.scope(conversationID), Limit: 200}
	page, err := c.store.ListMessages(c.Context(), request)
	c.must(err, "list messages")
	bytes := 0
	for _, m := range page.Items {
		bytes += m.Message.Size()
	}
	if bytes > maxPageBytes {
		c.Errorf("a page of %d messages has %d bytes, want at most %d", len(page.Items), bytes, maxPageBytes)
	}
	if got := len(c.messages(conversationID, 200)); got != 2*turns {
		c.Errorf("got %d messages, want %d", got, 2*turns)
	}
}

func longConversations(c *corner) {
	const count, size = 3, 3 << 20
	for i := range count {
		request := c.request(fmt.Sprint("c", i), "hello")
		request.Metadata = fmt.Appendf(nil, `{"long":%q}`, strings.Repeat("m", size))
		c.begun(request)
	}
	page, err := c.listPage("", 200, "")
	c.must(err, "list")
	bytes := 0
	for _, conversation := range page.Items {
		bytes += len(conversation.Metadata)
	}
	if bytes > maxPageBytes {
		c.Errorf("a page of %d conversations has %d bytes, want at most %d", len(page.Items), bytes, maxPageBytes)
	}
	if got := len(c.list("", 200)); got != count {
		c.Errorf("got %d conversations, want %d", got, count)
	}
}
