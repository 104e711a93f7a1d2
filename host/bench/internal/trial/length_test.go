package trial_test

import (
	"context"
	"net/http"
	"testing"
	"time"

	"github.com/bothost/bothost/host/bench/internal/load"
	"github.com/bothost/bothost/host/bench/internal/trial"
)

func TestNewLength(t *testing.T) {
	t.Parallel()
	for messages, want := range map[int]struct{ turns, conversations int }{
		1: {1, 1000}, 20: {10, 100}, 2000: {1000, 1}, 100_000: {50_000, 1},
	} {
		length := trial.NewLength(messages)
		if length.Turns() != want.turns || len(length.Conversations) != want.conversations || length.Messages != messages {
			t.Errorf("of %d messages: %d conversations of %d turns, want %+v", messages, len(length.Conversations), length.Turns(), want)
		}
	}
}

func TestLengthsAreComparedWithTheBase(t *testing.T) {
	t.Parallel()
	var written int64
	long := trial.NewLength(2000)
	subject := newSubject(t, &order{}, "host")
	server := newSubject(t, &order{}, "host", trial.Plain).Targets[trial.Plain]
	subject.Targets[trial.Plain] = load.Target{
		URL: server.URL, Complete: server.Complete, Body: func(conversation string) []byte {
			// Turns are made one at a time: nobody else counts.
			if written += 100; conversation == long.Conversations[0] {
				written += 200
				time.Sleep(time.Millisecond)
			}
			return []byte(conversation)
		},
	}
	subject.Written = func(context.Context) (int64, error) { return written, nil }
	rows, err := trial.Lengths(t.Context(), http.DefaultClient, subject, []trial.Length{long, trial.NewLength(200)}, 200)
	if err != nil || len(rows) != 2 {
		t.Fatalf("got %+v, %v", rows, err)
	}
	if rows[0].Messages != 2000 || rows[0].Written != 300 || rows[0].WrittenToBase != 3 || rows[0].P50ToBase <= 1 || rows[0].Turns == 0 {
		t.Errorf("the long ones: %+v", rows[0])
	}
	if rows[1].Messages != 200 || rows[1].Written != 100 || rows[1].WrittenToBase != 1 || rows[1].P50ToBase != 1 {
		t.Errorf("the base: %+v", rows[1])
	}
}
