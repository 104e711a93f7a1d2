package history

import "fmt"

// conversation is everything about one: what was sent, and what is stored by
// the first reader's word.
type conversation struct {
	place     Place
	requests  []*Request
	deletions []Deletion
	turns     []*turn
	// shown are the turns that belong into windows: those with a reply.
	shown     []*turn
	byReply   map[string]*turn
	byMessage map[string][]*turn
}

// turn is a stored one.
type turn struct {
	number        uint64
	message       string
	reply, status string
	hasReply      bool
	// place is that in shown.
	place int
}

// readConversations puts turns together from what the first reader of each
// conversation found, and reports what is no turn.
func (c *checker) readConversations() {
	read := make(map[Place]bool)
	for i := range c.history.Transcripts {
		transcript := &c.history.Transcripts[i]
		if !read[transcript.Place] {
			read[transcript.Place] = true
			c.readTurns(transcript)
		}
	}
}

func (c *checker) readTurns(transcript *Transcript) {
	at := c.conversation(transcript.Place)
	var newest *turn
	for _, m := range transcript.Messages {
		switch {
		case newest != nil && m.Turn == newest.number:
			c.addReply(at, newest, m)
		case m.Role != User:
			c.report(Half, at.place, m.Turn, "the user's message first", fmt.Sprintf("one of role %s: %s", m.Role, quote(m.Text)))
		default:
			c.checkNumber(at, newest, m)
			newest = &turn{number: m.Turn, message: m.Text, status: m.Status}
			at.turns = append(at.turns, newest)
			at.byMessage[m.Text] = append(at.byMessage[m.Text], newest)
		}
	}
	for _, t := range at.turns {
		c.checkWhole(at, t)
	}
}

func (c *checker) addReply(at *conversation, t *turn, m Stored) {
	if t.hasReply || m.Role != Assistant || m.Status != t.status {
		c.report(Half, at.place, t.number, "one message of the user and one reply, of one status",
			fmt.Sprintf("another message, %s, %s: %s", m.Role, m.Status, quote(m.Text)))
		return
	}
	t.reply, t.hasReply, t.place = m.Text, true, len(at.shown)
	at.shown = append(at.shown, t)
	at.byReply[t.reply] = t
}

// checkNumber: turns count from 1, without gaps.
func (c *checker) checkNumber(at *conversation, before *turn, m Stored) {
	expected := uint64(1)
	if before != nil {
		expected = before.number + 1
	}
	if m.Turn != expected {
		c.report(Order, at.place, m.Turn, fmt.Sprintf("turn %d next", expected), fmt.Sprintf("turn %d", m.Turn))
	}
}

// checkWhole: a turn that has a reply is complete or cancelled, and a complete
// one has a reply. All have ended.
func (c *checker) checkWhole(at *conversation, t *turn) {
	switch {
	case t.status == Pending:
		c.report(Open, at.place, t.number, "a turn that has ended", "a pending one: "+quote(t.message))
	case t.status == Complete && !t.hasReply:
		c.report(Half, at.place, t.number, "a reply to "+quote(t.message), "none in a complete turn")
	case (t.status == Failed || t.status == Interrupted) && t.hasReply:
		c.report(Half, at.place, t.number, "no reply in a turn that is "+t.status, quote(t.reply))
	case t.status != Complete && t.status != Failed && t.status != Interrupted && t.status != Cancelled:
		c.report(Half, at.place, t.number, "a status that there is", quote(t.status))
	}
}
