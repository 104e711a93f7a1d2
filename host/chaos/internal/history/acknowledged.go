package history

import "fmt"

// checkAnswers: clients were answered in a way that the API knows, and always
// alike under one key.
func (c *checker) checkAnswers() {
	for i := range c.history.Requests {
		request := &c.history.Requests[i]
		for _, attempt := range request.Attempts {
			if attempt.Outcome == Unexpected {
				c.report(Answer, request.Place, 0, "a reply to "+quote(request.Text)+", or a refusal for now",
					fmt.Sprintf("from instance %d: %s", attempt.Instance, attempt.Problem))
			}
		}
		acknowledged := request.acknowledged()
		if len(acknowledged) == 0 {
			c.checkGivenUp(request)
			continue
		}
		if len(c.conversations[request.Place].deletions) == 0 {
			c.checkReplays(request, acknowledged)
		}
	}
}

func (c *checker) checkGivenUp(request *Request) {
	if request.MustSucceed {
		last := request.Attempts[len(request.Attempts)-1]
		c.report(Answer, request.Place, 0, "a reply to "+quote(request.Text)+", since all faults are over",
			fmt.Sprintf("none in %d attempts; the last, by instance %d: %s", len(request.Attempts), last.Instance, last.Problem))
	}
}

func (c *checker) checkReplays(request *Request, acknowledged []Attempt) {
	first := acknowledged[0]
	for _, again := range acknowledged[1:] {
		if again.Turn != first.Turn || again.Reply != first.Reply {
			c.report(Replay, request.Place, first.Turn,
				fmt.Sprintf("under the key %s again %s", request.Key, quote(first.Reply)),
				fmt.Sprintf("from instance %d turn %d, %s", again.Instance, again.Turn, quote(again.Reply)))
		}
	}
}

// checkAcknowledged: each acknowledged turn is there, once, as acknowledged; no
// other message has two complete turns either.
func (c *checker) checkAcknowledged(at *conversation) {
	for _, request := range at.requests {
		complete := at.complete(request.Text)
		if len(complete) > 1 {
			c.report(Doubled, at.place, complete[1].number,
				fmt.Sprintf("one complete turn of %s, which is turn %d", quote(request.Text), complete[0].number), "another one")
		}
		if acknowledged := request.acknowledged(); len(acknowledged) > 0 {
			c.checkStored(at, request, acknowledged[0], complete)
		}
	}
}

func (c *checker) checkStored(at *conversation, request *Request, told Attempt, complete []*turn) {
	if len(complete) == 0 {
		found := "no turn of that message"
		if others := at.byMessage[request.Text]; len(others) > 0 {
			found = fmt.Sprintf("turn %d, which is %s", others[0].number, others[0].status)
		}
		c.report(Lost, at.place, told.Turn,
			fmt.Sprintf("%s with %s, as instance %d acknowledged", quote(request.Text), quote(told.Reply), told.Instance), found)
		return
	}
	if stored := complete[0]; stored.number != told.Turn || stored.reply != told.Reply {
		c.report(Differs, at.place, told.Turn, fmt.Sprintf("the reply %s to %s", quote(told.Reply), quote(request.Text)),
			fmt.Sprintf("turn %d, %s", stored.number, quote(stored.reply)))
	}
}

// complete gives the complete turns of a message.
func (at *conversation) complete(message string) []*turn {
	var out []*turn
	for _, t := range at.byMessage[message] {
		if t.status == Complete {
			out = append(out, t)
		}
	}
	return out
}
