package trial_test

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/bothost/bothost/host/bench/internal/load"
	"github.com/bothost/bothost/host/bench/internal/trial"
)

// order records which subject is measured when.
type order struct {
	mu   sync.Mutex
	seen []string
}

func (o *order) add(name string) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if len(o.seen) == 0 || o.seen[len(o.seen)-1] != name {
		o.seen = append(o.seen, name)
	}
}

func newSubject(t *testing.T, o *order, name string, forms ...trial.Form) trial.Subject {
	t.Helper()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		form, _ := io.ReadAll(r.Body)
		o.add(name + " " + string(form))
		fmt.Fprint(w, "the end")
	}))
	t.Cleanup(server.Close)
	subject := trial.Subject{Name: name, Targets: map[trial.Form]load.Target{}}
	for _, form := range forms {
		subject.Targets[form] = load.Target{
			URL: server.URL, Complete: "the end", Body: func(string) []byte { return []byte(form) },
		}
	}
	return subject
}

func TestRoundsAlternateAndCompare(t *testing.T) {
	t.Parallel()
	o := &order{}
	levels := trial.Levels{
		Client: http.DefaultClient, Hop: "hop", Direct: "direct", Conversations: []int{2}, Rounds: 2,
		Time: 60 * time.Millisecond, Progress: func(string) {},
		Subjects: []trial.Subject{
			newSubject(t, o, "direct", trial.Plain, trial.Streamed), newSubject(t, o, "hop", trial.Plain, trial.Streamed),
			newSubject(t, o, "odd", trial.Plain),
		},
	}
	rows, err := levels.Run(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	there := []string{"direct plain", "hop plain", "odd plain", "direct streamed", "hop streamed"}
	back := slices.Clone(there[:4])
	slices.Reverse(back)
	// The last of one round is the first of the next.
	if want := append(slices.Clone(there), back...); !slices.Equal(o.seen, want) {
		t.Errorf("the order was %v, want %v", o.seen, want)
	}
	if len(rows) != len(there) {
		t.Fatalf("%d rows, want %d", len(rows), len(there))
	}
	for i, row := range rows {
		if got := row.Subject + " " + string(row.Form); got != there[i] || row.Conversations != 2 || len(row.Rounds) != 2 {
			t.Errorf("row %d is %+v", i, row)
		}
		if row.Turns != row.Rounds[0].Turns+row.Rounds[1].Turns || row.Turns == 0 || row.Failed != 0 {
			t.Errorf("row %d counts %d turns, %d failed, of %+v", i, row.Turns, row.Failed, row.Rounds)
		}
		// Nothing has a process whose time could be told.
		if row.CPU != 0 || row.CPUToHop != 0 || row.P50ToDirect <= 0 || row.P50ToHop <= 0 {
			t.Errorf("row %d compares %+v", i, row)
		}
		if row.Subject == "direct" && row.P50ToDirect != 1 {
			t.Errorf("the direct call takes %v times itself", row.P50ToDirect)
		}
	}
}

func TestASubjectThatAnswersNothingFails(t *testing.T) {
	t.Parallel()
	broken := httptest.NewServer(http.NotFoundHandler())
	defer broken.Close()
	_, err := trial.Levels{
		Client: http.DefaultClient, Conversations: []int{1}, Rounds: 1, Time: time.Millisecond, Progress: func(string) {},
		Subjects: []trial.Subject{{Name: "broken", Targets: map[trial.Form]load.Target{
			trial.Plain: {URL: broken.URL, Complete: "x", Body: func(string) []byte { return nil }},
		}}},
	}.Run(t.Context())
	if err == nil {
		t.Error("it was measured all the same")
	}
}
