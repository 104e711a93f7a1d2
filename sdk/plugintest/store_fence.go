package plugintest

import (
	"time"

	"github.com/bothost/bothost/sdk/fault"
	"github.com/bothost/bothost/sdk/store"
)

// patience is how long a case waits for what must happen soon.
const patience = 10 * time.Second

func fenceCases() []StoreCase {
	return []StoreCase{
		{"a turn is taken over when its holder is retired", inCorner(takeoverAfter(retired))},
		{"a turn is taken over when its holder's lease has expired", inCorner(takeoverAfter(expired))},
		{"a turn is taken over when its own deadline has passed", inCorner(takeoverAfter(overdue))},
		{"a holder never seen has no lease", inCorner(takeoverAfter(neverSeen))},
		{"a dead holder's turn can commit until it is taken over", inCorner(commitWithoutLease)},
		{"a dead holder's turn can fail until it is taken over", inCorner(failWithoutLease)},
		{"a turn of a dead holder begun again is still its own", inCorner(beginRepeatedByTheDead)},
		{"a heartbeat after the lease's end begins another", inCorner(heartbeatRevives)},
		{"a heartbeat before the lease's end extends it", inCorner(heartbeatExtends)},
		{"a heartbeat does not bring back a turn that was taken over", inCorner(heartbeatTooLate)},
		{"retiring a holder frees all of its turns, in every tenant", inCorner(retireAll)},
		{"retiring one holder leaves the others", inCorner(retireOne)},
	}
}

// Each of these makes a turn that can be taken over, or soon can.

func retired(c *corner) store.BeginTurn {
	request := c.request(conversationID, "lost")
	request.Holder = randomName("holder")
	c.heartbeat(request.Holder, time.Minute)
	c.begun(request)
	c.wantOutcome(c.request(conversationID, "too early"), store.Busy{Turn: 1})
	c.must(c.store.Retire(c.Context(), request.Holder), "retire")
	return request
}

func expired(c *corner) store.BeginTurn {
	request := c.request(conversationID, "lost")
	request.Holder = randomName("holder")
	c.heartbeat(request.Holder, 30*time.Millisecond)
	c.begun(request)
	return request
}

func overdue(c *corner) store.BeginTurn {
	request := c.request(conversationID, "lost")
	request.Timeout = 30 * time.Millisecond
	c.begun(request)
	return request
}

func neverSeen(c *corner) store.BeginTurn {
	request := c.request(conversationID, "lost")
	request.Holder = randomName("holder")
	c.begun(request)
	return request
}

// takeoverAfter checks all that follows from a turn's death.
func takeoverAfter(death func(*corner) store.BeginTurn) func(*corner) {
	return func(c *corner) {
		lost := death(c)
		c.waitInterrupted()
		c.wantTranscript(conversationID, `1.0 interrupted user "lost"`)
		next := c.request(conversationID, "next")
		c.wantOutcome(next, store.Begun{Turn: 2})
		c.wantSuperseded(lost)
		_, err := c.store.BeginTurn(c.Context(), lost)
		wantReason(c.T, err, fault.TurnSuperseded, "begin with the token of a turn taken over")
		c.commit(replyTo(next, "yes"))
		c.wantSuperseded(lost)
		c.wantTranscript(conversationID,
			`1.0 interrupted user "lost"`, `2.0 complete user "next"`, `2.1 complete assistant "yes"`)
		c.wantState("after commits that were refused", nil)
	}
}

// waitInterrupted waits until readers are told that the turn is interrupted.
func (c *corner) waitInterrupted() {
	c.Helper()
	eventually(c.T, patience, "the turn is told as interrupted", func() bool {
		messages := c.messages(conversationID, 1)
		return messages[0].Status == store.Interrupted
	})
}

func commitWithoutLease(c *corner) {
	request := neverSeen(c)
	c.waitInterrupted()
	c.commit(replyTo(request, "in time"))
	c.wantTranscript(conversationID, `1.0 complete user "lost"`, `1.1 complete assistant "in time"`)
}

func failWithoutLease(c *corner) {
	request := overdue(c)
	c.waitInterrupted()
	c.fail(request, store.Failed)
	c.wantTranscript(conversationID, `1.0 failed user "lost"`)
}

func beginRepeatedByTheDead(c *corner) {
	request := neverSeen(c)
	c.wantOutcome(request, store.Begun{Turn: 1})
	c.commit(replyTo(request, "mine"))
}

func heartbeatRevives(c *corner) {
	request := expired(c)
	c.waitInterrupted()
	c.heartbeat(request.Holder, time.Minute)
	c.wantTranscript(conversationID, `1.0 pending user "lost"`)
	c.wantOutcome(c.request(conversationID, "next"), store.Busy{Turn: 1})
	c.commit(replyTo(request, "alive"))
}

func heartbeatExtends(c *corner) {
	request := c.request(conversationID, "hello")
	request.Holder = randomName("holder")
	const lease = 200 * time.Millisecond
	c.heartbeat(request.Holder, lease)
	c.begun(request)
	c.heartbeat(request.Holder, time.Minute)
	time.Sleep(lease + lease/4)
	c.wantTranscript(conversationID, `1.0 pending user "hello"`)
	c.commit(replyTo(request, "alive"))
}

func heartbeatTooLate(c *corner) {
	lost := expired(c)
	c.waitInterrupted()
	next := c.request(conversationID, "next")
	c.begun(next)
	c.heartbeat(lost.Holder, time.Minute)
	c.wantSuperseded(lost)
	c.wantTranscript(conversationID, `1.0 interrupted user "lost"`, `2.0 pending user "next"`)
	c.commit(replyTo(next, "yes"))
}

func retireAll(c *corner) {
	other := c.neighbour()
	defer other.clear(other.tenant)
	shared := randomName("holder")
	c.heartbeat(shared, time.Minute)
	lost := []store.BeginTurn{
		c.request(conversationID, "lost"), c.request("c2", "lost"), other.request(conversationID, "lost"),
	}
	for i := range lost {
		lost[i].Holder = shared
		c.begun(lost[i])
	}
	for range 2 {
		c.must(c.store.Retire(c.Context(), shared), "retire")
	}
	for _, request := range lost {
		next := request
		next.Holder, next.Token = c.holder, randomToken()
		c.wantOutcome(next, store.Begun{Turn: 2})
		c.wantSuperseded(request)
	}
}

func retireOne(c *corner) {
	c.begun(c.request(conversationID, "hello"))
	other := randomName("holder")
	c.heartbeat(other, time.Minute)
	c.must(c.store.Retire(c.Context(), other), "retire")
	c.wantOutcome(c.request(conversationID, "next"), store.Busy{Turn: 1})
}
