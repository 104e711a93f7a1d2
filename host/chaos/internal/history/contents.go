package history

import (
	"fmt"
	"strings"
)

// checkContents: every stored message was sent to this conversation, and every
// reply was made for its message.
func (c *checker) checkContents(at *conversation) {
	for _, t := range at.turns {
		request, ok := c.byText[t.message]
		switch {
		case !ok:
			c.report(Invented, at.place, t.number, "a message that a client sent", quote(t.message))
		case request.Place != at.place:
			c.report(Crossed, at.place, t.number, "a message of this conversation", fmt.Sprintf("one of %s: %s", request.Place, quote(t.message)))
		case t.hasReply:
			c.checkReply(at, t, request)
		}
	}
}

func (c *checker) checkReply(at *conversation, t *turn, request *Request) {
	for _, ask := range c.asks[request] {
		if ask.Whole && t.reply == ask.Reply {
			return
		}
		if t.status == Cancelled && t.reply != "" && strings.HasPrefix(ask.Reply, t.reply) {
			return
		}
	}
	if place, known := c.wholeReplies[t.reply]; known && place != at.place {
		c.report(Crossed, at.place, t.number, "the model's reply to "+quote(t.message), fmt.Sprintf("one for %s: %s", place, quote(t.reply)))
		return
	}
	c.report(Invented, at.place, t.number, "the model's whole reply to "+quote(t.message), quote(t.reply))
}
