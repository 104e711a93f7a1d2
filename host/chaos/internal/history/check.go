package history

// Check gives every violation. The history's texts must be distinct, as the
// package says.
func Check(h *History) []Violation {
	c := newChecker(h)
	c.readConversations()
	c.checkAgreement()
	c.checkAnswers()
	for _, place := range c.places {
		conversation := c.conversations[place]
		c.checkContents(conversation)
		if len(conversation.deletions) > 0 {
			c.checkDeleted(conversation)
			continue
		}
		c.checkAcknowledged(conversation)
		c.checkOrder(conversation)
	}
	c.checkPrompts()
	return c.violations
}

// checker is one check: the history, in the ways in which it is looked at.
type checker struct {
	history       *History
	tenants       map[string]*Tenant
	byText        map[string]*Request
	asks          map[*Request][]*Ask
	wholeReplies  map[string]Place
	conversations map[Place]*conversation
	// places are those of conversations, in the order of their first mention.
	places     []Place
	violations []Violation
}

func newChecker(h *History) *checker {
	c := &checker{
		history: h, tenants: make(map[string]*Tenant), byText: make(map[string]*Request),
		asks: make(map[*Request][]*Ask), wholeReplies: make(map[string]Place),
		conversations: make(map[Place]*conversation),
	}
	for i := range h.Tenants {
		c.tenants[h.Tenants[i].Name] = &h.Tenants[i]
	}
	for i := range h.Requests {
		request := &h.Requests[i]
		c.byText[request.Text] = request
		at := c.conversation(request.Place)
		at.requests = append(at.requests, request)
	}
	for _, deletion := range h.Deletions {
		at := c.conversation(deletion.Place)
		at.deletions = append(at.deletions, deletion)
	}
	for i := range h.Asks {
		ask := &h.Asks[i]
		if request := c.asker(ask); request != nil {
			c.asks[request] = append(c.asks[request], ask)
			c.wholeReplies[ask.Reply] = request.Place
		}
	}
	return c
}

// asker is the request whose message a prompt ends with; nil if there is none.
func (c *checker) asker(ask *Ask) *Request {
	if len(ask.Prompt) == 0 {
		return nil
	}
	return c.byText[ask.Prompt[len(ask.Prompt)-1].Text]
}

func (c *checker) conversation(place Place) *conversation {
	at, ok := c.conversations[place]
	if !ok {
		at = &conversation{place: place, byReply: make(map[string]*turn), byMessage: make(map[string][]*turn)}
		c.conversations[place] = at
		c.places = append(c.places, place)
	}
	return at
}

func (c *checker) report(rule Rule, place Place, turn uint64, expected, found string) {
	c.violations = append(c.violations, Violation{Rule: rule, Place: place, Turn: turn, Expected: expected, Found: found})
}
