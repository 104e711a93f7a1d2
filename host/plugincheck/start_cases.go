package plugincheck

import (
	"time"

	"github.com/bothost/bothost/sdk/plugin/handshake"
	"github.com/bothost/bothost/sdk/plugintest"
)

const (
	// startLimit is half of what a host allows: its machine may be a slower one.
	startLimit = startTimeout / 2
	// personLimit is how long a plugin may take to tell a person what it is.
	personLimit = 5 * time.Second
)

func startCases() []Case {
	return []Case{
		{Name: "standard output has the handshake alone", Run: printsNothingElse},
		{Name: "a host of another version is told which it speaks", Run: tellsItsVersion},
		{Name: "a person who starts it is told what it is", Run: tellsAPerson},
	}
}

func answersACall(t plugintest.T, s Subject) {
	p := start(t, s)
	defer p.end()
	if p.took > startLimit {
		t.Errorf("the handshake came after %v; hosts wait for %v in all, and turns wait with them: do slow work in Open, or later",
			p.took.Round(time.Millisecond), startTimeout)
	}
	p.survives(t, s, p.open(t, s, "check"))
}

func printsNothingElse(t plugintest.T, s Subject) {
	p := start(t, s)
	defer p.end()
	p.survives(t, s, p.open(t, s, "check"))
	_ = p.stdin.Close()
	p.detach()
	p.awaitExit(endLimit)
	if noise := p.output.afterHandshake(); noise != "" {
		t.Errorf("it printed %q on standard output; logs belong on standard error", noise)
	}
}

// tellsItsVersion starts it as a host does that speaks none but the next version of
// the contract. To be understood it announces its own all the same.
func tellsItsVersion(t plugintest.T, s Subject) {
	const next = handshake.ProtocolVersion + 1
	p := newProcess()
	defer p.end()
	if err := p.start(t.Context(), s, next); err != nil {
		t.Errorf("with PLUGIN_PROTOCOL_VERSIONS=%d, a version that it cannot speak, it has to start and announce that it speaks %d, "+
			"so that the host can say what does not fit: %v", next, handshake.ProtocolVersion, err)
	}
}

func tellsAPerson(t plugintest.T, s Subject) {
	p := newProcess()
	defer p.end()
	if err := p.run(s.Path, s.Env); err != nil {
		t.Fatalf("run: %v", err)
	}
	if !p.awaitExit(personLimit) {
		t.Errorf("without BOTHOST_PLUGIN in its environment it still runs after %v; it should say what it is, and end", personLimit)
		return
	}
	if p.output.silent() {
		t.Errorf("without BOTHOST_PLUGIN in its environment it ends without a word; it should say that a host starts it")
	}
}
