package plugintest

import (
	"context"
	"errors"
	"time"

	"github.com/bothost/bothost/sdk/fault"
	"github.com/bothost/bothost/sdk/store"
)

func awaitCases() []StoreCase {
	return []StoreCase{
		{"who awaits a turn is told of its commit", inAwait(awaitEnds((*waiting).commit))},
		{"who awaits a turn is told of its failure", inAwait(awaitEnds((*waiting).fail))},
		{"who awaits a turn is told of its deletion", inAwait(awaitEnds((*waiting).delete))},
		{"who awaits a turn is told of its tenant's purge", inAwait(awaitEnds((*waiting).purge))},
		{"who awaits a turn is told of its takeover", inAwait(awaitEnds((*waiting).takeOver))},
		{"a turn that is not pending is not waited for", inAwait(awaitNothing)},
		{"a turn that stays pending is waited for until the time is up", inAwait(awaitTimeout)},
		{"who awaits a turn can leave", inAwait(awaitCancelled)},
		{"all who await a turn are told of its end", inAwait(awaitMany)},
		{"who awaits a turn is not told of other turns' ends", inAwait(awaitElsewhere)},
		{"no end of a turn is missed by who begins to wait meanwhile", inAwait(awaitAtOnce)},
	}
}

// waiting is a corner of a store that tells the ends of turns, with a turn that
// is pending there.
type waiting struct {
	*corner
	awaiter store.Awaiter
	held    store.BeginTurn
}

// inAwait makes a case's function of one that works on a pending turn. Stores
// that cannot tell the end of one skip the case.
func inAwait(run func(w *waiting)) func(T, store.Conversations) {
	return inCorner(func(c *corner) {
		awaiter, ok := c.store.(store.Awaiter)
		if ok {
			err := awaiter.AwaitTurn(c.Context(), c.scope("never there"), 1, time.Millisecond)
			ok = !fault.Is(err, fault.Unsupported)
		}
		if !ok {
			c.Skipf("the store does not offer to await a turn, which is optional")
		}
		w := &waiting{corner: c, awaiter: awaiter, held: c.request(conversationID, "held")}
		w.begun(w.held)
		run(w)
	})
}

// Each of these ends the turn that is held.

func (w *waiting) commit() { w.corner.commit(replyTo(w.held, "hi")) }
func (w *waiting) fail()   { w.corner.fail(w.held, store.Failed) }
func (w *waiting) delete() { w.deleteOne() }
func (w *waiting) purge()  { w.corner.purge() }

func (w *waiting) takeOver() {
	w.must(w.store.Retire(w.Context(), w.holder), "retire the holder")
	w.holder = randomName("holder")
	w.heartbeat(w.holder, time.Minute)
	w.begun(w.request(conversationID, "taken over"))
}

// await begins to wait for a turn beside the case, for as long as can be asked
// for, and gives where its answer will be.
func (w *waiting) await(ctx context.Context, scope store.Scope, turn uint64) <-chan error {
	answer := make(chan error, 1)
	go func() { answer <- w.awaiter.AwaitTurn(ctx, scope, turn, store.MaxAwait) }()
	return answer
}

// wantWaits checks that the answer does not come while the turn is pending. It
// looks for a moment only, in which a store that waits cannot fail.
func (w *waiting) wantWaits(answer <-chan error) {
	w.Helper()
	select {
	case err := <-answer:
		w.Fatalf("await turn: the answer %v came while the turn was pending", err)
	case <-time.After(30 * time.Millisecond):
	}
}

// wantTold checks that the answer comes soon, and gives it.
func (w *waiting) wantTold(answer <-chan error, what string) error {
	w.Helper()
	select {
	case err := <-answer:
		return err
	case <-time.After(patience):
		w.Fatalf("await turn: no answer for %s, though %s", patience, what)
		return nil
	}
}

func awaitEnds(end func(*waiting)) func(*waiting) {
	return func(w *waiting) {
		answer := w.await(w.Context(), w.held.Scope, 1)
		w.wantWaits(answer)
		end(w)
		w.must(w.wantTold(answer, "the turn has ended"), "await turn")
	}
}

func awaitNothing(w *waiting) {
	w.commit()
	w.begun(w.request(conversationID, "the second"))
	for turn, conversation := range map[uint64]string{1: conversationID, 3: conversationID, 2: "never there"} {
		answer := w.await(w.Context(), w.scope(conversation), turn)
		w.must(w.wantTold(answer, "the turn is not pending"), "await a turn that is not pending")
	}
}

func awaitTimeout(w *waiting) {
	answer := make(chan error, 1)
	go func() { answer <- w.awaiter.AwaitTurn(w.Context(), w.held.Scope, 1, 30*time.Millisecond) }()
	w.must(w.wantTold(answer, "the time is up"), "await a turn that stays pending")
	w.wantTranscript(conversationID, `1.0 pending user "held"`)
}

func awaitCancelled(w *waiting) {
	ctx, leave := context.WithCancel(w.Context())
	defer leave()
	answer := w.await(ctx, w.held.Scope, 1)
	w.wantWaits(answer)
	leave()
	wantCode(w.T, w.wantTold(answer, "its context is done"), fault.Canceled, "await a turn, and leave")
	w.commit()
}

func awaitMany(w *waiting) {
	var answers []<-chan error
	for range 16 {
		answers = append(answers, w.await(w.Context(), w.held.Scope, 1))
	}
	w.wantWaits(answers[0])
	w.commit()
	for _, answer := range answers {
		w.must(w.wantTold(answer, "the turn has ended"), "await turn")
	}
}

func awaitElsewhere(w *waiting) {
	other := w.neighbour()
	defer other.clear(other.tenant)
	namesake, second := other.request(conversationID, "namesake"), w.request("c2", "another")
	w.begun(namesake)
	w.begun(second)
	answer := w.await(w.Context(), w.held.Scope, 1)
	w.wantWaits(answer)
	w.corner.commit(replyTo(namesake, "hi"))
	w.corner.fail(second, store.Failed)
	other.purge()
	w.wantWaits(answer)
	w.commit()
	w.must(w.wantTold(answer, "the turn has ended"), "await turn")
}

func awaitAtOnce(w *waiting) {
	const rounds, waiters = 10, 4
	for turn := uint64(1); turn <= rounds; turn++ {
		ctx, cancel := context.WithTimeout(w.Context(), patience)
		errs := make([]error, waiters+1)
		atOnce(waiters+1, func(i int) {
			if i == 0 {
				_, errs[i] = w.store.CommitTurn(ctx, replyTo(w.held, "hi"))
			} else {
				errs[i] = w.awaiter.AwaitTurn(ctx, w.held.Scope, turn, store.MaxAwait)
			}
		})
		if ctx.Err() != nil {
			w.Fatalf("await turn: no answer for %s, though the turn has ended", patience)
		}
		cancel()
		w.must(errors.Join(errs...), "end and await a turn")
		w.held = w.request(conversationID, "held")
		w.begun(w.held)
	}
}
