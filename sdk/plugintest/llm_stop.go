package plugintest

import (
	"context"
	"errors"
	"time"

	"github.com/bothost/bothost/sdk/fault"
)

// stopLimit is when a call that has to end is held to go on. It ends at once on
// an idle machine, but one that tests may be a busy one.
const stopLimit = 5 * time.Second

// shortDeadline is that of the case that lets it pass.
const shortDeadline = 200 * time.Millisecond

func stopCases() []LLMCase {
	return []LLMCase{
		{"a call that is cancelled already says nothing", cancelledCallSaysNothing},
		{"a cancelled call ends at once", cancellationEndsTheCall},
		{"a call ends at its deadline", deadlineEndsTheCall},
		{"an error of emit ends the call", emitErrorEndsTheCall},
		{"a call after a cancelled one works", worksAfterCancellation},
	}
}

func cancelledCallSaysNothing(t T, subject LLM) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	heard := listener{t: t}
	err := awaitEnd(t, ask(ctx, subject, longRequest(), heard.emit))
	if !fault.Is(err, fault.Canceled) {
		t.Errorf("the call returned %v, want canceled", err)
	}
	if len(heard.pieces) > 0 {
		t.Errorf("it said %q", heard.pieces)
	}
}

func cancellationEndsTheCall(t T, subject LLM) {
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	started := make(chan struct{}, 1)
	heard := listener{t: t, react: func() error {
		cancel()
		select {
		case started <- struct{}{}:
		default:
		}
		return nil
	}}
	ended := ask(ctx, subject, longRequest(), heard.emit)
	var err error
	select {
	case <-started:
		err = awaitEnd(t, ended)
	case err = <-ended:
	case <-t.Context().Done():
		t.Fatalf("the call neither spoke nor ended")
	}
	checkStopped(t, err, fault.Canceled, &heard)
}

func deadlineEndsTheCall(t T, subject LLM) {
	ctx, cancel := context.WithTimeout(t.Context(), shortDeadline)
	defer cancel()
	heard := listener{t: t, react: func() error {
		<-ctx.Done()
		return nil
	}}
	ended := ask(ctx, subject, longRequest(), heard.emit)
	<-ctx.Done()
	checkStopped(t, awaitEnd(t, ended), fault.Timeout, &heard)
}

func emitErrorEndsTheCall(t T, subject LLM) {
	gone := errors.New("the listener has left")
	heard := listener{t: t, react: func() error { return gone }}
	err := awaitEndOf(t, ask(t.Context(), subject, longRequest(), heard.emit), t.Context().Done())
	if !errors.Is(err, gone) {
		t.Errorf("the call returned %v, want the error of emit", err)
	}
	if len(heard.pieces) != 1 {
		t.Errorf("emit was called %d times, want no more after its error", len(heard.pieces))
	}
}

func worksAfterCancellation(t T, subject LLM) {
	cancellationEndsTheCall(t, subject)
	repliesToAFirstMessage(t, subject)
}

// awaitEnd waits for a call that has to end now.
func awaitEnd(t T, ended <-chan error) error {
	t.Helper()
	late := make(chan struct{})
	timer := time.AfterFunc(stopLimit, func() { close(late) })
	defer timer.Stop()
	return awaitEndOf(t, ended, late)
}

func awaitEndOf(t T, ended <-chan error, late <-chan struct{}) error {
	t.Helper()
	select {
	case err := <-ended:
		return err
	case <-late:
		t.Fatalf("the call has not ended in time")
		return nil
	}
}

// checkStopped checks the error of a call that was stopped at its first piece.
// A reply of only that piece was complete already.
func checkStopped(t T, err error, code fault.Code, heard *listener) {
	t.Helper()
	if err == nil && len(heard.pieces) == 1 {
		return
	}
	if !fault.Is(err, code) {
		t.Errorf("the call returned %v after %d pieces, want %v", err, len(heard.pieces), code)
	}
}
