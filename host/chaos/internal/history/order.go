package history

import (
	"cmp"
	"fmt"
	"slices"
	"time"
)

// checkOrder: a turn has a higher number than all that were acknowledged before
// its message was sent.
func (c *checker) checkOrder(at *conversation) {
	acknowledgements := at.acknowledgements()
	for _, t := range at.turns {
		request, ok := c.byText[t.message]
		if !ok || request.Place != at.place {
			continue // reported as a content
		}
		if floor := newestBefore(acknowledgements, request.began()); t.number <= floor {
			c.report(Order, at.place, t.number,
				fmt.Sprintf("a number above %d, which was acknowledged before %s was sent", floor, quote(t.message)),
				fmt.Sprintf("turn %d", t.number))
		}
	}
}

// acknowledgement says that from a time on a turn was known to be done, and so
// all before it.
type acknowledgement struct {
	at   time.Duration
	turn uint64
}

// acknowledgements are in the order of time, each with the highest turn so far.
func (at *conversation) acknowledgements() []acknowledgement {
	var out []acknowledgement
	for _, request := range at.requests {
		for _, attempt := range request.acknowledged() {
			out = append(out, acknowledgement{attempt.Ended, attempt.Turn})
		}
	}
	slices.SortFunc(out, func(a, b acknowledgement) int { return cmp.Compare(a.at, b.at) })
	for i := 1; i < len(out); i++ {
		out[i].turn = max(out[i].turn, out[i-1].turn)
	}
	return out
}

// newestBefore is the highest turn that was acknowledged before a time, or 0.
func newestBefore(acknowledgements []acknowledgement, before time.Duration) uint64 {
	after, _ := slices.BinarySearchFunc(acknowledgements, before, func(a acknowledgement, t time.Duration) int {
		return cmp.Compare(a.at, t)
	})
	if after == 0 {
		return 0
	}
	return acknowledgements[after-1].turn
}
