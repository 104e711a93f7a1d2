//go:build unix

package main

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/bothost/bothost/host/apiclient"
)

// readBack reads every conversation through every instance and checks it.
func readBack(ctx context.Context, f *fleet, customers []tenant, people []*speaker, r *report) {
	for _, s := range people {
		r.check(everAnswered, s.stuck)
	}
	for _, customer := range customers {
		for _, i := range f.instances {
			r.check(onlyOwn, ownConversations(ctx, apiclient.Client{URL: i.url, Key: customer.key}))
		}
		for number := 1; number <= conversations; number++ {
			id := fmt.Sprintf("conversation-%d", number)
			transcript, err := readEverywhere(ctx, f, customer, id)
			r.check(sameEverywhere, err)
			checkTranscript(transcript, customer, speaking(people, customer, id), r)
		}
	}
}

// speaking are those who spoke in a conversation.
func speaking(people []*speaker, customer tenant, conversation string) []*speaker {
	return slices.DeleteFunc(slices.Clone(people), func(s *speaker) bool {
		return s.tenant.name != customer.name || s.conversation != conversation
	})
}

func ownConversations(ctx context.Context, client apiclient.Client) error {
	found, err := apiclient.All(ctx, func(ctx context.Context, page apiclient.Page) (apiclient.List[apiclient.Conversation], error) {
		return client.ListConversations(ctx, "", page)
	})
	if err == nil && len(found) != conversations {
		err = fmt.Errorf("%d conversations, want %d", len(found), conversations)
	}
	return err
}

// readEverywhere reads a conversation from each instance. It is an error if they
// do not tell the same.
func readEverywhere(ctx context.Context, f *fleet, customer tenant, id string) ([]apiclient.StoredMessage, error) {
	var first []apiclient.StoredMessage
	for n, i := range f.instances {
		client := apiclient.Client{URL: i.url, Key: customer.key}
		found, err := apiclient.All(ctx, func(ctx context.Context, page apiclient.Page) (apiclient.List[apiclient.StoredMessage], error) {
			return client.ListMessages(ctx, id, page)
		})
		switch {
		case err != nil:
			return nil, fmt.Errorf("%s, %s, %s: %w", customer.name, id, i.name, err)
		case n == 0:
			first = found
		case !slices.Equal(first, found):
			return first, fmt.Errorf("%s, %s: %s tells it otherwise than %s", customer.name, id, i.name, f.instances[0].name)
		}
	}
	return first, nil
}

// checkTranscript checks one conversation against what its speakers were told.
func checkTranscript(transcript []apiclient.StoredMessage, customer tenant, people []*speaker, r *report) {
	turns := group(transcript)
	r.check(inOrder, isOrdered(turns))
	told := make(map[uint64]spoken)
	for _, s := range people {
		var before uint64
		for _, said := range s.acknowledged {
			if said.reply.Turn <= before {
				r.check(inOrder, fmt.Errorf("%q is turn %d, and what was said before it turn %d", said.text, said.reply.Turn, before))
			}
			before = said.reply.Turn
			if other, twice := told[before]; twice {
				r.check(exactlyOnce, fmt.Errorf("%q and %q are both turn %d", other.text, said.text, before))
			}
			told[before] = said
		}
	}
	var shown []apiclient.StoredMessage
	for _, t := range turns {
		if !t.isComplete() {
			r.check(neverHalf, t.isHalf())
			continue
		}
		said, ok := told[t.number]
		delete(told, t.number)
		switch {
		case !ok:
			r.check(exactlyOnce, fmt.Errorf("nobody was told of turn %d, %q", t.number, t.messages[0].Content))
		case said.text != t.messages[0].Content || said.reply.Text != t.messages[1].Content:
			r.check(exactlyOnce, fmt.Errorf("turn %d is not what its speaker was told", t.number))
		default:
			r.check(exactlyOnce, nil)
		}
		r.check(nothingElse, t.isAnswerTo(shown, customer))
		shown = append(shown, t.messages...)
	}
	for number, said := range told {
		r.check(exactlyOnce, fmt.Errorf("turn %d is lost: %q", number, said.text))
	}
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

func isOrdered(turns []turn) error {
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
