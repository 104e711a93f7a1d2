package main

import (
	"errors"
	"fmt"

	"github.com/bothost/bothost/sdk/message"
	"github.com/bothost/bothost/sdk/store"
)

// report collects what was checked.
type report struct {
	lines  []string
	failed bool
}

func (r *report) check(holds bool, format string, args ...any) {
	mark := "ok     "
	if !holds {
		mark, r.failed = "FAILED ", true
	}
	r.lines = append(r.lines, mark+fmt.Sprintf(format, args...))
}

// conclude prints what was checked; it fails if anything did not hold.
func (r *report) conclude() error {
	heading("What was checked")
	for _, line := range r.lines {
		fmt.Println(line)
	}
	if r.failed {
		return errors.New("not everything held")
	}
	return nil
}

// isPairs reports whether a transcript is exactly these messages of a user, each
// with its answer, turn by turn.
func isPairs(messages []store.StoredMessage, said []string) bool {
	if len(messages) != 2*len(said) {
		return false
	}
	for i, m := range messages {
		role := []message.Role{message.User, message.Assistant}[i%2]
		if m.Turn != uint64(i/2+1) || m.Message.Role != role || m.Status != store.Complete {
			return false
		}
		if role == message.User && m.Message.Text() != said[i/2] {
			return false
		}
	}
	return true
}
