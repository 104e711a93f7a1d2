package sqlite

import (
	"errors"
	"fmt"
	"runtime/debug"
	"time"
)

// request is a transaction that is to be run.
type request struct {
	durable durability
	// run leaves no trace but its statements', and what it sets for its caller,
	// who looks at it if err is nil.
	run func(*transaction) error
	// giveUp is when it has waited long enough for another process's lock.
	giveUp time.Time
	err    error
	// panicked is what run panicked with, if it did.
	panicked string
	// told gets a value if the request is to lead, and is closed when err is
	// final and somebody else has led.
	told chan struct{}
}

// runSafely keeps a panic for the member's caller: it must not reach the others.
func (r *request) runSafely(t *transaction) (err error) {
	defer func() {
		if value := recover(); value != nil {
			r.panicked = fmt.Sprintf("%v, at\n%s", value, debug.Stack())
			err = errPanicked
		}
	}()
	return r.run(t)
}

var errPanicked = errors.New("the transaction panicked")

// outcome is what the caller of a request that was in a group gets.
func (r *request) outcome() error {
	if r.panicked != "" {
		panic(r.panicked)
	}
	return r.err
}
