//go:build unix

package main

import (
	"fmt"
	"strings"

	"github.com/bothost/bothost/host/apiclient"
)

// checkTranscript checks one conversation against what its speakers were told.
func checkTranscript(transcript []apiclient.StoredMessage, customer tenant, people []*speaker, r *report) {
	turns := group(transcript)
	r.check(inOrder, areNumbered(turns))
	told := whatWasTold(people, r)
	var before []apiclient.StoredMessage
	for _, t := range turns {
		if !t.isComplete() {
			r.check(neverHalf, t.isHalf())
			continue
		}
		r.check(exactlyOnce, t.wasTold(told))
		r.check(nothingElse, t.isAnswerTo(before, customer))
		before = append(before, t.messages...)
		delete(told, t.number)
	}
	for number, said := range told {
		r.check(exactlyOnce, fmt.Errorf("turn %d is lost: %q", number, said.text))
	}
}

// whatWasTold has all acknowledged turns of a conversation by their numbers.
func whatWasTold(people []*speaker, r *report) map[uint64]spoken {
	told := make(map[uint64]spoken)
	for _, s := range people {
		var last uint64
		for _, said := range s.acknowledged {
			number := said.reply.Turn
			if number <= last {
				r.check(inOrder, fmt.Errorf("turn %d is %q, and turn %d was said before it", number, said.text, last))
			}
			if other, twice := told[number]; twice {
				r.check(exactlyOnce, fmt.Errorf("turn %d is both %q and %q", number, other.text, said.text))
			}
			told[number], last = said, number
		}
	}
	return told
}

// turn is what a transcript has of one turn.
type turn struct {
	number   uint64
	messages []apiclient.StoredMessage
}

func group(transcript []apiclient.StoredMessage) []turn {
	var turns []turn
	for _, m := range transcript {
		if len(turns) == 0 || turns[len(turns)-1].number != m.Turn {
			turns = append(turns, turn{number: m.Turn})
		}
		last := &turns[len(turns)-1]
		last.messages = append(last.messages, m)
	}
	return turns
}

// areNumbered: turns count from 1, each once.
func areNumbered(turns []turn) error {
	for n, t := range turns {
		if t.number != uint64(n+1) {
			return fmt.Errorf("turn %d stands where turn %d should be", t.number, n+1)
		}
	}
	return nil
}

func (t turn) isComplete() bool { return t.messages[0].Status == "complete" && len(t.messages) == 2 }

// isHalf finds a turn that was not answered and looks as if it was.
func (t turn) isHalf() error {
	status := t.messages[0].Status
	if (status == "failed" || status == "interrupted") && len(t.messages) == 1 {
		return nil
	}
	return fmt.Errorf("turn %d is %s and has %d messages", t.number, status, len(t.messages))
}

// wasTold checks that a complete turn is what somebody was told.
func (t turn) wasTold(told map[uint64]spoken) error {
	said, ok := told[t.number]
	switch {
	case !ok:
		return fmt.Errorf("nobody was told of turn %d: %q", t.number, t.messages[0].Content)
	case said.text != t.messages[0].Content, said.reply.Text != t.messages[1].Content:
		return fmt.Errorf("turn %d is not what its speaker was told: %q, %q", t.number, t.messages[0].Content, t.messages[1].Content)
	}
	return nil
}

// window is memory.max_messages.
const window = 10

// isAnswerTo checks what the model was shown for a turn: an echo tells. It must
// be the newest messages of this conversation, the prompt of this tenant, and
// nothing else.
func (t turn) isAnswerTo(before []apiclient.StoredMessage, customer tenant) error {
	shown := before[max(0, len(before)-window):]
	var want strings.Builder
	want.WriteString("You said: " + t.messages[0].Content)
	if len(shown) > 0 {
		fmt.Fprintf(&want, "\nI was shown %d earlier messages:", len(shown))
	}
	for _, m := range shown {
		text, _, isCut := strings.Cut(m.Content, "\n")
		if isCut {
			text += " [...]"
		}
		want.WriteString("\n  " + m.Role + ": " + text)
	}
	want.WriteString("\nSystem prompt: " + customer.prompt)
	if got := t.messages[1].Content; got != want.String() {
		return fmt.Errorf("turn %d of %s: the model was shown something else:\n%s\nwant:\n%s", t.number, customer.name, got, &want)
	}
	return nil
}
