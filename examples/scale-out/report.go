//go:build unix

package main

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"
)

// The promises that are checked.
const (
	everAnswered   = "every message was answered in the end"
	exactlyOnce    = "each acknowledged turn is there exactly once, as it was told"
	inOrder        = "turns are in order, and in each speaker's"
	neverHalf      = "what was not answered is marked failed or interrupted, and has no reply"
	nothingElse    = "the model was shown the newest messages of its conversation and nothing else"
	sameEverywhere = "all instances tell the same"
	onlyOwn        = "a tenant sees its own conversations and no others"
)

// report collects what was found.
type report struct {
	checked map[string]int
	wrong   map[string][]error
}

// check counts one check of a promise, which err, unless it is nil, disproves.
func (r *report) check(promise string, err error) {
	if r.checked == nil {
		r.checked, r.wrong = make(map[string]int), make(map[string][]error)
	}
	r.checked[promise]++
	if err != nil {
		r.wrong[promise] = append(r.wrong[promise], err)
	}
}

// conclude prints what was found; it fails if anything is wrong.
func (r *report) conclude() error {
	fmt.Printf("\n%-79s %s\n%s\n", "What was read back", "checks", strings.Repeat("=", 86))
	for _, promise := range []string{everAnswered, exactlyOnce, inOrder, neverHalf, nothingElse, sameEverywhere, onlyOwn} {
		mark := "ok    "
		if len(r.wrong[promise]) > 0 {
			mark = "WRONG "
		}
		fmt.Printf("%s %-72s %6d\n", mark, promise, r.checked[promise])
	}
	var all []error
	for _, promise := range slices.Sorted(maps.Keys(r.wrong)) {
		const most = 5
		all = append(all, r.wrong[promise][:min(most, len(r.wrong[promise]))]...)
	}
	if len(all) > 0 {
		return fmt.Errorf("not everything is as it must be:\n%w", errors.Join(all...))
	}
	return nil
}

// printTraffic tells what the clients saw.
func printTraffic(people []*speaker, took time.Duration) {
	answered, replayed, longest := 0, 0, time.Duration(0)
	failures := make(map[string]int)
	for _, s := range people {
		answered += len(s.acknowledged)
		longest = max(longest, s.longest)
		for _, said := range s.acknowledged {
			if said.reply.Replayed {
				replayed++
			}
		}
		for name, times := range s.failures {
			failures[name] += times
		}
	}
	fmt.Printf("\nWhat %d clients saw in %.0f s\n%s\n", len(people), took.Seconds(), strings.Repeat("=", 74))
	fmt.Printf("%-42s %5d\n", "turns acknowledged", answered)
	fmt.Printf("%-42s %5d\n", "of them told again, as the answer was lost", replayed)
	fmt.Printf("%-42s %5.1f s\n", "the longest that a turn took", longest.Seconds())
	for _, name := range slices.Sorted(maps.Keys(failures)) {
		fmt.Printf("%-42s %5d\n", "repeated: "+name, failures[name])
	}
}
