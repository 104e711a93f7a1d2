//go:build unix

package main

import (
	"fmt"
	"slices"
	"testing"

	"github.com/bothost/bothost/host/apiclient"
)

// story is a conversation of three turns that is as it must be.
type story struct {
	transcript []apiclient.StoredMessage
	people     []*speaker
}

func newStory() *story {
	customer := tenant{name: "tenant-1", prompt: "You are kind."}
	s := &story{people: []*speaker{{tenant: customer}, {tenant: customer}}}
	for n, text := range []string{"one", "two", "three"} {
		reply := "You said: " + text
		if n > 0 {
			reply += fmt.Sprintf("\nI was shown %d earlier messages:", 2*n)
		}
		for _, earlier := range []string{"one", "two", "three"}[:n] {
			reply += fmt.Sprintf("\n  user: %s\n  assistant: You said: %s [...]", earlier, earlier)
		}
		reply += "\nSystem prompt: You are kind."
		number := uint64(n + 1)
		s.transcript = append(s.transcript,
			apiclient.StoredMessage{Turn: number, Role: "user", Content: text, Status: "complete"},
			apiclient.StoredMessage{Turn: number, Role: "assistant", Content: reply, Status: "complete"})
		person := s.people[n%2]
		person.acknowledged = append(person.acknowledged, spoken{text, apiclient.Reply{Turn: number, Text: reply}})
	}
	return s
}

// TestCheckTranscript seeds what a host might do wrong.
func TestCheckTranscript(t *testing.T) {
	t.Parallel()
	unanswered := func(status string) apiclient.StoredMessage {
		return apiclient.StoredMessage{Turn: 4, Role: "user", Content: "four", Status: status}
	}
	for name, test := range map[string]struct {
		spoil   func(*story)
		promise string
	}{
		"nothing is wrong": {func(*story) {}, ""},
		"a turn is lost":   {func(s *story) { s.transcript = s.transcript[:4] }, exactlyOnce},
		"a turn is doubled": {func(s *story) {
			again := slices.Clone(s.transcript[4:])
			again[0].Turn, again[1].Turn = 4, 4
			s.transcript = append(s.transcript, again...)
		}, exactlyOnce},
		"a number is used twice": {func(s *story) { s.transcript = append(s.transcript, s.transcript[4:]...) }, neverHalf},
		"a number is missing":    {func(s *story) { s.transcript[4].Turn, s.transcript[5].Turn = 4, 4 }, inOrder},
		"a reply is another":     {func(s *story) { s.people[0].acknowledged[0].reply.Text = "other" }, exactlyOnce},
		"two were told one turn": {func(s *story) { s.people[1].acknowledged[0].reply.Turn = 1 }, exactlyOnce},
		"the order of a speaker": {func(s *story) { slices.Reverse(s.people[0].acknowledged) }, inOrder},
		"another tenant's text":  {func(s *story) { s.transcript[1].Content += "\n  user: of tenant-2" }, nothingElse},
		"another prompt":         {func(s *story) { s.people[0].tenant.prompt = "You are rude." }, nothingElse},
		"a failed turn":          {func(s *story) { s.transcript = append(s.transcript, unanswered("failed")) }, ""},
		"a turn without an end":  {func(s *story) { s.transcript = append(s.transcript, unanswered("pending")) }, neverHalf},
		"half a turn":            {func(s *story) { s.transcript = append(s.transcript, unanswered("complete")) }, neverHalf},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s, r := newStory(), &report{}
			test.spoil(s)
			checkTranscript(s.transcript, s.people[0].tenant, s.people, r)
			if test.promise == "" {
				if len(r.wrong) > 0 {
					t.Errorf("found wrong: %v", r.wrong)
				}
			} else if len(r.wrong[test.promise]) == 0 {
				t.Errorf("not found; found wrong: %v", r.wrong)
			}
		})
	}
}
