package plugincheck

import (
	"syscall"
	"time"

	pluginv1 "github.com/bothost/bothost/sdk/plugin/v1"
	"github.com/bothost/bothost/sdk/plugintest"
)

const (
	// endLimit is when a plugin whose host is gone is held to stay: long enough for
	// a machine with other work.
	endLimit = 5 * time.Second
	// signalWait is how long a signal may take to show its effect, and how long a
	// process is kept stopped.
	signalWait = 300 * time.Millisecond
)

func endCases() []Case {
	return []Case{
		{Name: "it ends with its standard input", Run: endsWith("the end of its standard input", func(p *process) { _ = p.stdin.Close() })},
		{Name: "it ends with the stream of Attach", Run: endsWith("the end of the stream of Attach", func(p *process) { p.detach() })},
		{Name: "it ignores SIGTERM", Run: ignoresSIGTERM},
		{Name: "it goes on after it was stopped", Run: survivesStop},
		{Name: "killed in the middle of a call, it starts again", Run: startsAgain},
	}
}

// endsWith lets go of one of the things that a host holds.
func endsWith(what string, letGo func(*process)) func(plugintest.T, Subject) {
	return func(t plugintest.T, s Subject) {
		p := start(t, s)
		defer p.end()
		p.open(t, s, "check")
		letGo(p)
		if !p.awaitExit(endLimit) {
			t.Errorf("it still runs %v after %s; a host that is killed would leave it behind for ever", endLimit, what)
		}
	}
}

func ignoresSIGTERM(t plugintest.T, s Subject) {
	p := start(t, s)
	defer p.end()
	instance := p.open(t, s, "check")
	p.signalGroup(syscall.SIGTERM)
	if p.awaitExit(signalWait) {
		t.Fatalf("SIGTERM ended it: %v\nwho stops a host's whole process group wants the turns in flight to finish", p.ended())
	}
	p.survives(t, s, instance)
}

func survivesStop(t plugintest.T, s Subject) {
	p := start(t, s)
	defer p.end()
	p.open(t, s, "check")
	p.signalGroup(syscall.SIGSTOP)
	p.awaitExit(signalWait)
	p.signalGroup(syscall.SIGCONT)
	if _, err := p.service().Describe(t.Context(), &pluginv1.DescribeRequest{}); err != nil {
		t.Errorf("after SIGSTOP and SIGCONT: describe: %v", p.explain(err))
	}
}

// startsAgain kills the process as soon as the call has begun.
func startsAgain(t plugintest.T, s Subject) {
	p := start(t, s)
	defer p.end()
	instance := p.open(t, s, "check")
	begun, ended := make(chan struct{}, 1), make(chan struct{})
	go func() {
		defer close(ended)
		// It fails, unless it ends before the process.
		_ = call(t.Context(), s, instance, longText(), func(string) error {
			select {
			case begun <- struct{}{}:
			default:
			}
			return nil
		})
	}()
	select {
	case <-begun:
	case <-ended:
	case <-time.After(signalWait):
	}
	p.signalGroup(syscall.SIGKILL)
	<-ended
	again := start(t, s)
	defer again.end()
	again.survives(t, s, again.open(t, s, "check"))
}
