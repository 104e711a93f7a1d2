package load_test

import (
	"fmt"
	"net/http"
	"testing"
	"time"

	"github.com/bothost/bothost/host/bench/internal/load"
)

func TestStreamsAreWatched(t *testing.T) {
	t.Parallel()
	const pause = 50 * time.Millisecond
	target, seen := newTarget(t, func(w http.ResponseWriter, _ *http.Request) {
		flush := http.NewResponseController(w).Flush
		for i, part := range []string{"hello pie", "ce, piece, pie", "ce ", "the ", "end"} {
			switch i {
			case 2:
				time.Sleep(pause)
			case 4:
				time.Sleep(pause / 10)
			}
			fmt.Fprint(w, part)
			_ = flush()
		}
	})
	result, err := load.Streams(t.Context(), http.DefaultClient, load.StreamSpec{
		Target: target, Piece: "piece", Conversations: []string{"a", "b"}, Ramp: time.Millisecond,
	})
	if err != nil || result.Failed != 0 || result.Pieces != 6 || len(seen.said) != 2 {
		t.Fatalf("got %+v, %v", result, err)
	}
	for i, gap := range result.Gaps {
		if gap < pause/2 || result.First[i] <= 0 || result.Rates[i] <= 0 || result.Rates[i] > 2/pause.Seconds() {
			t.Errorf("stream %d: gap %v, first %v, rate %v", i, gap, result.First[i], result.Rates[i])
		}
	}
	if len(result.Gaps) != 2 {
		t.Errorf("%d streams have gaps", len(result.Gaps))
	}
}

func TestStreamsThatAreNotWhole(t *testing.T) {
	t.Parallel()
	for name, answer := range map[string]http.HandlerFunc{
		"no end":    func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, "piece, piece") },
		"no pieces": func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, "the end") },
		"refused": func(w http.ResponseWriter, _ *http.Request) {
			http.Error(w, "piece, the end", http.StatusServiceUnavailable)
		},
		"cut": func(w http.ResponseWriter, _ *http.Request) {
			fmt.Fprint(w, "piece, the end")
			_ = http.NewResponseController(w).Flush()
			panic(http.ErrAbortHandler)
		},
	} {
		target, _ := newTarget(t, answer)
		result, err := load.Streams(t.Context(), http.DefaultClient, load.StreamSpec{Target: target, Piece: "piece", Conversations: []string{"a"}})
		if err != nil || result.Failed != 1 || result.Failure == nil || len(result.Gaps) != 0 {
			t.Errorf("%s: got %+v, %v", name, result, err)
		}
	}
}
