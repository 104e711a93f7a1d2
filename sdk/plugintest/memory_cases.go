package plugintest

import (
	"fmt"
	"reflect"
	"strconv"
	"sync"

	"github.com/bothost/bothost/sdk/memory"
	"github.com/bothost/bothost/sdk/message"
)

// MemoryCase is a case of the suite of memory strategies.
type MemoryCase = Case[memory.Strategy]

// MemoryCases is what the host relies on of a memory strategy.
func MemoryCases() []MemoryCase {
	return []MemoryCase{
		{"a window bounds what is needed", windowIsBounded},
		{"a first message has an empty past", emptyPast},
		{"text comes back byte for byte", memoryKeepsText},
		{"the prompt begins with a user's message", promptBeginsWithUser},
		{"the same question has the same answer", recallIsAFunction},
		{"conversations do not cross", memoriesDoNotCross},
		{"after a commit there is an end", afterCommitEnds},
		{"a verbatim memory shows what there is", verbatimIsTrue},
	}
}

func windowIsBounded(t T, subject memory.Strategy) {
	if window := subject.Window(); window.MaxMessages <= 0 {
		t.Errorf("the window has %d messages; a cost that grows with the conversation is not bearable", window.MaxMessages)
	}
}

func emptyPast(t T, subject memory.Strategy) {
	if got := recall(t, subject, "c", nil); len(got) != 0 {
		t.Errorf("of an empty past the model is shown %d messages", len(got))
	}
}

// recall runs one recall before a reply, for strategies that need no effects.
func recall(t T, subject memory.Strategy, conversation string, history []message.Message) []message.Message {
	t.Helper()
	response, err := subject.Recall(t.Context(), memory.Request{
		Tenant: "memory-suite", Conversation: conversation, Phase: memory.BeforeReply,
		UserMessage: message.New(message.User, "and now?"), History: history,
	})
	if err != nil {
		t.Fatalf("recall: %v", err)
	}
	prompt, ok := response.Next.(memory.Prompt)
	if !ok {
		t.Fatalf("recall answered %T; the host can use a memory.Prompt only", response.Next)
	}
	return prompt.Messages
}

// past makes a conversation that fills the window.
func past(subject memory.Strategy, word string) []message.Message {
	var history []message.Message
	for i := 0; len(history)+2 <= subject.Window().MaxMessages; i++ {
		history = append(history,
			message.New(message.User, word+" question "+strconv.Itoa(i)),
			message.New(message.Assistant, word+" answer "+strconv.Itoa(i)))
	}
	return history
}

func memoryKeepsText(t T, subject memory.Strategy) {
	for _, odd := range oddPrompts() {
		history := []message.Message{message.New(message.User, odd.text), message.New(message.Assistant, odd.text)}
		for _, m := range recall(t, subject, "c", history) {
			if m.Role != message.System && m.Text() != odd.text {
				t.Errorf("%s: %s became %s", odd.name, quote(odd.text), quote(m.Text()))
			}
		}
	}
}

// quote shows a text, of a long one both ends: texts are cut there, as a rule.
func quote(text string) string {
	const shown = 40
	if len(text) <= 2*shown {
		return strconv.Quote(text)
	}
	return fmt.Sprintf("%q...%q (%d bytes)", text[:shown], text[len(text)-shown:], len(text))
}

func promptBeginsWithUser(t T, subject memory.Strategy) {
	for _, m := range recall(t, subject, "c", past(subject, "some")) {
		if m.Role == message.System {
			continue
		}
		if m.Role != message.User {
			t.Errorf("the first message shown is of the role %s; some models refuse that", m.Role)
		}
		return
	}
}

func recallIsAFunction(t T, subject memory.Strategy) {
	history := past(subject, "some")
	first := recall(t, subject, "c", history)
	_ = recall(t, subject, "other", past(subject, "other"))
	if again := recall(t, subject, "c", history); !reflect.DeepEqual(first, again) {
		t.Errorf("the same recall gave %v, then %v", first, again)
	}
}

func memoriesDoNotCross(t T, subject memory.Strategy) {
	words := secrets(8)
	answers := make([][]message.Message, len(words))
	var all sync.WaitGroup
	for i, word := range words {
		all.Go(func() { answers[i] = recall(t, subject, word, past(subject, word)) })
	}
	all.Wait()
	for i := range words {
		for _, m := range answers[i] {
			checkNoOther(t, words, i, m.Text())
		}
	}
}

func afterCommitEnds(t T, subject memory.Strategy) {
	response, err := subject.Recall(t.Context(), memory.Request{
		Tenant: "memory-suite", Conversation: "c", Phase: memory.AfterCommit,
		UserMessage: message.New(message.User, "hello"), History: past(subject, "some"),
	})
	if err != nil {
		t.Fatalf("recall after commit: %v", err)
	}
	if _, ok := response.Next.(memory.Prompt); ok || response.Next == nil {
		t.Errorf("after a commit the answer must be memory.Done or memory.Effects, not %T", response.Next)
	}
}

// verbatimIsTrue holds a strategy to a promise that hosts act upon.
func verbatimIsTrue(t T, subject memory.Strategy) {
	if !subject.Window().Verbatim {
		return
	}
	history := past(subject, "some")
	for turns := range len(history)/2 + 1 {
		shown := recall(t, subject, "c", history[:2*turns])
		if len(shown) != 2*turns || (turns > 0 && !reflect.DeepEqual(shown, history[:2*turns])) {
			t.Errorf("of %d turns the model is shown %v; a window that is verbatim is shown as it is", turns, shown)
		}
	}
}
