package history

import (
	"fmt"
	"unicode/utf8"
)

// Rule is what was broken.
type Rule string

// The rules.
const (
	// Lost: an acknowledged turn is not stored.
	Lost Rule = "lost"
	// Doubled: one message has two complete turns.
	Doubled Rule = "doubled"
	// Differs: a turn is stored otherwise than it was acknowledged.
	Differs Rule = "differs"
	// Replay: two answers to one key differ.
	Replay Rule = "replay"
	// AskedAgain: the model was asked in a turn that began when the key had been
	// answered.
	AskedAgain Rule = "asked again"
	// Order: turn numbers contradict each other, or time.
	Order Rule = "order"
	// Disagree: two readers read different transcripts.
	Disagree Rule = "disagree"
	// Half: a turn is no whole one.
	Half Rule = "half"
	// Open: a turn has not ended.
	Open Rule = "open"
	// Crossed: a text is where it does not belong.
	Crossed Rule = "crossed"
	// Invented: a text that nobody said.
	Invented Rule = "invented"
	// Prompt: the model was shown something else than system prompt, window and
	// message.
	Prompt Rule = "prompt"
	// Returned: what was deleted is there.
	Returned Rule = "returned"
	// Answer: a client got an answer that nothing explains, or none although
	// nothing was in the way.
	Answer Rule = "answer"
)

// Violation is one contradiction.
type Violation struct {
	Rule Rule
	Place
	// Turn is 0 where none is known.
	Turn uint64
	// Expected and Found explain it, for people.
	Expected, Found string
}

func (v Violation) String() string {
	where := v.Place.String()
	if v.Turn > 0 {
		where += fmt.Sprintf(", turn %d", v.Turn)
	}
	return fmt.Sprintf("%s: %s\n  expected %s\n  found    %s", v.Rule, where, v.Expected, v.Found)
}

// quote shows the beginning of a text.
func quote(text string) string {
	const most = 80
	if utf8.RuneCountInString(text) > most {
		text = string([]rune(text)[:most]) + "..."
	}
	return fmt.Sprintf("%q", text)
}
