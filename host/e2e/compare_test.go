package e2e

import (
	"fmt"
	"maps"
	"slices"
	"sync"
)

// judge fails the test for every answer since the last time that is wrong in itself,
// and for every failure that nothing excuses, and returns how many turns there were.
func (c *callers) judge(excuses func(told) bool) (turns int, failures []string) {
	c.t.Helper()
	kinds := map[string]int{}
	for _, one := range c.all {
		one.mutex.Lock()
		attempts := slices.Concat(one.told[one.judged:], one.unread)
		one.judged, one.unread = len(one.told), nil
		one.mutex.Unlock()
		for _, attempt := range attempts {
			switch {
			case attempt.wrong != "":
				c.t.Errorf("%s was told %+v", one.conversation, attempt)
			case attempt.failure == "":
				turns++
			case !excuses(attempt):
				c.t.Errorf("%s failed: %+v", one.conversation, attempt)
			}
			if attempt.failure != "" {
				kinds[attempt.failure]++
			}
		}
	}
	for _, kind := range slices.Sorted(maps.Keys(kinds)) {
		failures = append(failures, fmt.Sprint(kinds[kind], " × ", kind))
	}
	return turns, failures
}

// compare reads every conversation back, and fails the test where it is not what
// its caller was told. The callers have hung up.
func (c *callers) compare() {
	c.t.Helper()
	var all sync.WaitGroup
	for _, one := range c.all {
		all.Go(func() {
			if err := match(one.told, turnsOf(one.api.pages(one.tenant, one.conversation, 200))); err != nil {
				c.t.Errorf("%s of %s: %v", one.conversation, one.tenant, err)
			}
		})
	}
	all.Wait()
}

// storedTurn is a turn as the transcript has it.
type storedTurn struct {
	number               int
	status, text, answer string
	messages             int
}

func turnsOf(messages []stored) []storedTurn {
	var turns []storedTurn
	for _, m := range messages {
		if len(turns) == 0 || turns[len(turns)-1].number != m.Turn {
			turns = append(turns, storedTurn{number: m.Turn, status: m.Status})
		}
		last := &turns[len(turns)-1]
		last.messages++
		switch m.Role {
		case "user":
			last.text = m.Content
		case "assistant":
			last.answer = m.Content
		}
	}
	return turns
}

// match walks along both in order. Every turn that was told is stored, once, with
// that reply under that number; what was told to have failed is stored without a
// reply, or not at all.
func match(attempts []told, turns []storedTurn) error {
	next := 0
	for _, turn := range turns {
		isComplete := turn.status == "complete"
		for next < len(attempts) && attempts[next].failure != "" && (isComplete || attempts[next].text != turn.text) {
			next++
		}
		if next == len(attempts) {
			return fmt.Errorf("%+v is stored, and nobody was told", turn)
		}
		attempt := attempts[next]
		next++
		if wanted := attempt.failure == ""; wanted != isComplete || turn.text != attempt.text {
			return fmt.Errorf("%+v is stored, and %+v was told", turn, attempt)
		}
		if isComplete && (turn.answer != attempt.reply || turn.number != attempt.turn || turn.messages != 2) {
			return fmt.Errorf("%+v is stored, and %+v was told", turn, attempt)
		}
		if !isComplete && (turn.messages != 1 || turn.status == "pending") {
			return fmt.Errorf("%+v is stored of a turn that failed: %+v", turn, attempt)
		}
	}
	for _, attempt := range attempts[next:] {
		if attempt.failure == "" {
			return fmt.Errorf("%+v was told, and is not stored", attempt)
		}
	}
	return nil
}
