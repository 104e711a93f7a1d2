package plugincheck

import (
	"context"
	"errors"
	"strings"
	"time"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"github.com/bothost/bothost/sdk/client"
	pluginv1 "github.com/bothost/bothost/sdk/plugin/v1"
	"github.com/bothost/bothost/sdk/plugintest"
)

// stopLimit is when a cancelled call is held to go on: long enough for a machine
// with other work.
const stopLimit = 5 * time.Second

// replyCases are about the replies of providers.
func replyCases() []Case {
	return []Case{
		{Name: "a cancelled call is over", Run: endsCancelledCalls},
		{Name: "who listens slowly keeps nobody waiting", Run: servesOthersMeanwhile},
	}
}

// longText makes those who repeat what they hear, and those who obey, speak at
// length.
func longText() string {
	return "Repeat after me, a word at a time: " + strings.Repeat("one two three four five ", 100)
}

// longerText makes a reply that does not fit into what lies between the two
// processes. Its words are long, so that they are few.
func longerText() string {
	return "Repeat after me: " + strings.Repeat(strings.Repeat("na", 1<<10)+" ", 200)
}

// endsCancelledCalls closes the instance of a call that was cancelled. Plugins
// that wait for the end of an instance's calls before they close it, as those of
// the SDK do, show by that whether the call is over.
func endsCancelledCalls(t plugintest.T, s Subject) {
	p := start(t, s)
	defer p.end()
	instance := p.open(t, s, "check")
	ctx, leave := context.WithTimeout(t.Context(), signalWait)
	defer leave()
	// What it says, and how it ends, is checked elsewhere.
	_ = call(ctx, s, instance, longText(), func(string) error { return errors.New("the listener has left") })
	closing, cancel := context.WithTimeout(t.Context(), stopLimit)
	defer cancel()
	_, err := p.service().Close(closing, &pluginv1.CloseRequest{Instance: instance.ID})
	switch {
	case status.Code(err) == codes.DeadlineExceeded:
		t.Errorf("its instance cannot be closed %v after the call was cancelled: Chat goes on when nobody listens; "+
			"it has to end when its context does, or emit fails", stopLimit)
	case err != nil:
		t.Errorf("close: %v", p.explain(err))
	}
}

// servesOthersMeanwhile has a listener who reads no further until somebody else
// was served.
func servesOthersMeanwhile(t plugintest.T, s Subject) {
	p := start(t, s)
	defer p.end()
	instance := p.open(t, s, "check")
	defer holdUp(t.Context(), s, instance)()
	if !p.speaks(t, s, instance) {
		t.Errorf("while one listener did not read on, another had no answer within %v: "+
			"a call must not hold a lock while it emits, nor wait for others", s.Patience)
	}
}

// holdUp begins a call and does not read on after the first piece. The function
// that it gives ends the call.
func holdUp(ctx context.Context, s Subject, instance client.Instance) (letGo func()) {
	ctx, cancel := context.WithCancel(ctx)
	begun, ended := make(chan struct{}, 1), make(chan struct{})
	go func() {
		defer close(ended)
		// It is cancelled, unless the reply is short.
		_ = call(ctx, s, instance, longerText(), func(string) error {
			begun <- struct{}{}
			<-ctx.Done()
			return ctx.Err()
		})
	}()
	select {
	case <-begun:
	case <-ended:
	case <-time.After(s.Patience):
	}
	return func() {
		cancel()
		<-ended
	}
}
