package history

import (
	"fmt"
	"time"
)

// checkDeleted judges a conversation that was deleted while turns ran. Numbers
// and keys begin anew each time, so that less is certain: what was sent after the
// last deletion and acknowledged is there, and what was settled before one is
// not.
func (c *checker) checkDeleted(at *conversation) {
	last, isCertain := at.lastDeletion()
	for _, request := range at.requests {
		complete := at.complete(request.Text)
		if len(complete) > 1 {
			c.report(Doubled, at.place, complete[1].number, "one complete turn of "+quote(request.Text), "another one")
		}
		if isCertain && request.began() > last {
			if acknowledged := request.acknowledged(); len(acknowledged) > 0 {
				c.checkReplays(request, acknowledged)
				c.checkStored(at, request, acknowledged[0], complete)
			}
		}
		if stored := at.byMessage[request.Text]; len(stored) > 0 && at.gone(request, last) {
			c.report(Returned, at.place, stored[0].number, "nothing of "+quote(request.Text)+", which was deleted", "its turn")
		}
	}
}

// checkForgotten: a prompt shows nothing that was deleted before its message was
// sent.
func (c *checker) checkForgotten(at *conversation, window []Message, request *Request) {
	for _, m := range window {
		if m.Role != User {
			continue
		}
		said, ok := c.byText[m.Text]
		if !ok {
			c.report(Invented, at.place, 0, "messages of clients in the prompt for "+quote(request.Text), quote(m.Text))
			continue
		}
		if at.gone(said, request.began()) {
			c.report(Returned, at.place, 0, "no deleted message in the prompt for "+quote(request.Text), quote(m.Text))
		}
	}
	if most := c.tenants[request.Tenant].MaxMessages; len(window) > most {
		c.report(Prompt, at.place, 0, fmt.Sprintf("at most %d messages", most), describePrompt(window))
	}
}

// gone reports whether a request was over when a deletion began that was over at
// a time.
func (at *conversation) gone(request *Request, by time.Duration) bool {
	settled, ok := request.settled()
	for _, deletion := range at.deletions {
		if ok && deletion.Done && deletion.Began > settled && deletion.Ended <= by {
			return true
		}
	}
	return false
}

// lastDeletion is when the last one ended. One whose answer did not come may
// happen yet, and makes that uncertain.
func (at *conversation) lastDeletion() (last time.Duration, isCertain bool) {
	isCertain = true
	for _, deletion := range at.deletions {
		last = max(last, deletion.Ended)
		isCertain = isCertain && deletion.Done
	}
	return last, isCertain
}
