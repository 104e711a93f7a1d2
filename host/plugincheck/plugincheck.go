// Package plugincheck checks a finished plugin as a process: how it starts, what
// it does when its host goes away, is told to stop, sends much or little, and
// what is left after a crash. What its calls must do is the business of
// sdk/plugintest.
//
// A case starts processes of its own, as a host does but with its hands on all
// that a host holds: standard input, the stream of Attach, the connection. None
// of them is left when the case ends.
package plugincheck

import (
	"context"
	"slices"
	"time"

	"github.com/bothost/bothost/sdk/plugintest"
)

// Subject is the plugin to check.
type Subject struct {
	// Kind is llm, memory or store.
	Kind string
	// Path is absolute, of the executable.
	Path string
	// Env is the environment that a host would give it.
	Env []string
	// SocketDir is a private folder whose path is short enough for sockets.
	SocketDir string
	// DataDir is a folder that the plugin may keep files in.
	DataDir string
	// Patience is how long a call may say nothing. A model may have to be loaded
	// first. Default 45 s.
	Patience time.Duration
	// Config is what an instance is opened with, and Options what goes with each
	// call: JSON objects.
	Config, Options []byte
}

// Run checks the subject and calls report with the outcome of each case. It
// reports whether the plugin gets as far as to answer a call, without which there
// is nothing more to check.
func Run(ctx context.Context, subject Subject, report func(plugintest.Outcome)) (answers bool) {
	if subject.Patience <= 0 {
		subject.Patience = patience
	}
	first := plugintest.RunCase(ctx, Case{Name: "it starts, opens an instance and survives a call", Run: answersACall}, subject)
	report(first)
	if !first.Passed {
		return false
	}
	// Most of its time it waits.
	pings := make(chan plugintest.Outcome, 1)
	go func() {
		pings <- plugintest.RunCase(ctx, Case{Name: "it allows keepalive pings", Run: allowsPings}, subject)
	}()
	for _, c := range cases(subject.Kind) { //nolint:contextcheck // a case takes its context from its T
		report(plugintest.RunCase(ctx, c, subject))
	}
	report(<-pings)
	return true
}

// patience is less than what a case may take, so that the case can tell.
const patience = 45 * time.Second

// Case is one thing that a process must do.
type Case = plugintest.Case[Subject]

func cases(kind string) []Case {
	cases := slices.Concat(startCases(), endCases(), callCases())
	if kind == "llm" {
		cases = append(cases, replyCases()...)
	}
	return cases
}
