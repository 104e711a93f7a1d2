// Package plugintest holds the conformance suites of the plugin kinds: what the
// host relies on, as lists of named cases.
//
// The cases need no package testing, so that a command can run them against a
// finished binary as well as a test against a Go value. They share no state:
// all may run at once on one instance, and next to data that is not theirs.
package plugintest

import "context"

// T is what a case reports to; testing.T and rapid.T are such.
type T interface {
	Helper()
	Logf(format string, args ...any)
	// Errorf marks the case as failed, and lets it go on.
	Errorf(format string, args ...any)
	// Fatalf marks the case as failed, and ends its goroutine after running
	// deferred calls.
	Fatalf(format string, args ...any)
	// Skipf says why the case does not apply to the subject, and ends its
	// goroutine likewise.
	Skipf(format string, args ...any)
	// Context is done when the case has to end.
	Context() context.Context
}

// Case is one thing that a subject must do.
type Case[S any] struct {
	// Name is unique within its suite, and says what is true when it passes.
	Name string
	Run  func(t T, subject S)
}
