package e2e

import "testing"

// TestMatch checks that the comparison finds what it is there for.
func TestMatch(t *testing.T) {
	t.Parallel()
	heard := func(turn int, text string) told { return told{text: text, turn: turn, reply: answerTo(text)} }
	failed := func(text string) told { return told{text: text, failure: "503"} }
	complete := func(number int, text string) storedTurn {
		return storedTurn{number: number, status: "complete", text: text, answer: answerTo(text), messages: 2}
	}
	ended := func(number int, status, text string) storedTurn {
		return storedTurn{number: number, status: status, text: text, messages: 1}
	}
	for name, test := range map[string]struct {
		told   []told
		stored []storedTurn
		agrees bool
	}{
		"nothing":                {nil, nil, true},
		"as told":                {[]told{heard(1, "a"), heard(2, "b")}, []storedTurn{complete(1, "a"), complete(2, "b")}, true},
		"failed and repeated":    {[]told{failed("a"), heard(2, "a")}, []storedTurn{ended(1, "failed", "a"), complete(2, "a")}, true},
		"failed before it began": {[]told{failed("a"), failed("a"), heard(1, "a")}, []storedTurn{complete(1, "a")}, true},
		"failed in the end":      {[]told{heard(1, "a"), failed("b")}, []storedTurn{complete(1, "a")}, true},

		"not stored":           {[]told{heard(1, "a"), heard(2, "b")}, []storedTurn{complete(1, "a")}, false},
		"stored twice":         {[]told{heard(1, "a")}, []storedTurn{complete(1, "a"), complete(2, "a")}, false},
		"stored though failed": {[]told{failed("a")}, []storedTurn{complete(1, "a")}, false},
		"failed though told":   {[]told{heard(1, "a")}, []storedTurn{ended(1, "failed", "a")}, false},
		"another number":       {[]told{heard(1, "a")}, []storedTurn{complete(2, "a")}, false},
		"another order":        {[]told{heard(1, "a"), heard(2, "b")}, []storedTurn{complete(1, "b"), complete(2, "a")}, false},
		"another reply": {
			[]told{heard(1, "a")}, []storedTurn{{number: 1, status: "complete", text: "a", answer: answerTo("b"), messages: 2}}, false,
		},
		"two replies": {
			[]told{heard(1, "a")}, []storedTurn{{number: 1, status: "complete", text: "a", answer: answerTo("a"), messages: 3}}, false,
		},
		"never ended":         {[]told{failed("a"), heard(2, "a")}, []storedTurn{ended(1, "pending", "a"), complete(2, "a")}, false},
		"failed with a reply": {[]told{failed("a")}, []storedTurn{{number: 1, status: "failed", text: "a", messages: 2}}, false},
	} {
		if err := match(test.told, test.stored); (err == nil) != test.agrees {
			t.Errorf("%s: %v", name, err)
		}
	}
}
