package history

import (
	"fmt"
	"slices"
	"strings"
)

// checkPrompts: the model was shown the tenant's system prompt, exactly the
// newest turns with a reply as they were when the turn began, and the message.
func (c *checker) checkPrompts() {
	acknowledgements := make(map[Place][]acknowledgement)
	for place, at := range c.conversations {
		acknowledgements[place] = at.acknowledgements()
	}
	for i := range c.history.Asks {
		ask := &c.history.Asks[i]
		request := c.asker(ask)
		if request == nil {
			c.report(Invented, Place{}, 0, "a prompt that ends with a client's message", describePrompt(ask.Prompt))
			continue
		}
		window, ok := c.checkSystem(ask, request)
		if !ok || c.foreign(window, request) {
			continue
		}
		at := c.conversations[request.Place]
		if len(at.deletions) > 0 {
			c.checkForgotten(at, window, request)
			continue
		}
		newest, ok := c.checkWindow(at, window, request)
		if ok {
			c.checkNewest(at, ask, request, newest, newestBefore(acknowledgements[request.Place], request.began()))
		}
	}
}

// checkSystem takes the system prompt off, and the message, and gives what is
// between.
func (c *checker) checkSystem(ask *Ask, request *Request) ([]Message, bool) {
	tenant := c.tenants[request.Tenant]
	prompt := ask.Prompt
	if len(prompt) < 2 || prompt[0].Role != System || prompt[len(prompt)-1].Role != User {
		c.report(Prompt, request.Place, 0, "a system prompt, a window and a message", describePrompt(prompt))
		return nil, false
	}
	if tenant == nil || !slices.Contains(tenant.SystemPrompts, prompt[0].Text) {
		c.report(Crossed, request.Place, 0, "a system prompt of "+request.Tenant, quote(prompt[0].Text))
		return nil, false
	}
	return prompt[1 : len(prompt)-1], true
}

// foreign reports messages of other conversations.
func (c *checker) foreign(window []Message, request *Request) bool {
	for _, m := range window {
		place, known := c.owner(m)
		if known && place != request.Place {
			c.report(Crossed, request.Place, 0, "a prompt of this conversation's for "+quote(request.Text),
				fmt.Sprintf("a message of %s: %s", place, quote(m.Text)))
			return true
		}
	}
	return false
}

// owner finds the conversation that a message belongs to.
func (c *checker) owner(m Message) (Place, bool) {
	if m.Role == User {
		if request, ok := c.byText[m.Text]; ok {
			return request.Place, true
		}
		return Place{}, false
	}
	place, ok := c.wholeReplies[m.Text]
	return place, ok
}

// checkWindow finds the turn that a window ends with, and compares it with the
// newest turns up to that one, as many as the tenant's memory shows. newest is
// nil if the window is empty.
func (c *checker) checkWindow(at *conversation, window []Message, request *Request) (newest *turn, ok bool) {
	if len(window) == 0 {
		return nil, true
	}
	newest, ok = at.byReply[window[len(window)-1].Text]
	if !ok {
		c.report(Prompt, at.place, 0, "for "+quote(request.Text)+" a window that ends with a stored turn", describePrompt(window))
		return nil, false
	}
	most := c.tenants[request.Tenant].MaxMessages / 2
	expected := messagesOf(at.shown[max(0, newest.place+1-most) : newest.place+1])
	if !slices.Equal(window, expected) {
		c.report(Prompt, at.place, newest.number,
			fmt.Sprintf("for %s the newest %d turns up to this one: %s", quote(request.Text), most, describePrompt(expected)),
			describePrompt(window))
		return nil, false
	}
	return newest, true
}

// checkNewest: the window of a turn ends with the turn before it. Of an ask that
// came to nothing only the bounds are known: what had been acknowledged is in,
// and the message itself had no complete turn yet.
func (c *checker) checkNewest(at *conversation, ask *Ask, request *Request, newest *turn, floor uint64) {
	number := uint64(0)
	if newest != nil {
		number = newest.number
	}
	if missing := at.shownBetween(number, floor); missing != nil {
		c.report(Prompt, at.place, missing.number,
			"this turn in the prompt for "+quote(request.Text)+", since it was acknowledged before", fmt.Sprintf("a window that ends with turn %d", number))
		return
	}
	if complete := at.complete(request.Text); len(complete) > 0 && number >= complete[0].number {
		c.report(AskedAgain, at.place, complete[0].number,
			"no turn under the key "+request.Key+" after this one", fmt.Sprintf("a prompt for it whose window ends with turn %d", number))
		return
	}
	if own, ok := at.ownTurn(ask); ok {
		if missing := at.shownBetween(number, own.number-1); missing != nil {
			c.report(Prompt, at.place, own.number, fmt.Sprintf("a window that ends with turn %d", missing.number), fmt.Sprintf("one that ends with turn %d", number))
		}
	}
}

// ownTurn is the turn that an ask's reply was stored in.
func (at *conversation) ownTurn(ask *Ask) (*turn, bool) {
	if t, ok := at.byReply[ask.Reply]; ok {
		return t, true
	}
	for _, t := range at.byMessage[ask.Prompt[len(ask.Prompt)-1].Text] {
		if t.status == Cancelled && t.hasReply && strings.HasPrefix(ask.Reply, t.reply) {
			return t, true
		}
	}
	return nil, false
}

// shownBetween is the newest turn that windows show after one and up to another.
func (at *conversation) shownBetween(after, upTo uint64) *turn {
	for i := len(at.shown) - 1; i >= 0; i-- {
		if t := at.shown[i]; t.number <= after {
			return nil
		} else if t.number <= upTo {
			return t
		}
	}
	return nil
}

func messagesOf(turns []*turn) []Message {
	var out []Message
	for _, t := range turns {
		out = append(out, Message{User, t.message}, Message{Assistant, t.reply})
	}
	return out
}

func describePrompt(messages []Message) string {
	texts := make([]string, len(messages))
	for i, m := range messages {
		texts[i] = m.Role + " " + quote(m.Text)
	}
	return "[" + strings.Join(texts, ", ") + "]"
}
