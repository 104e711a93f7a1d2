package faq_test

import (
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/bothost/bothost/sdk"
	"github.com/bothost/bothost/sdk/fault"
	"github.com/bothost/bothost/sdk/llm"
	"github.com/bothost/bothost/sdk/message"

	"example.com/llm-faq/faq"
)

func open(t *testing.T) *faq.Provider {
	t.Helper()
	opened, err := faq.Open(t.Context(), faq.Config{Entries: []faq.Entry{
		{Question: "When are you open?", Answer: "From nine to five."},
		{Question: "Where are you?", Answer: "At the end of the road."},
		{Question: "Καλημέρα, ΚΌΣΜΕ", Answer: "Good morning to you."},
	}}, sdk.Settings{})
	if err != nil {
		t.Fatal(err)
	}
	return opened
}

// chat asks, and gives the reply.
func chat(ctx context.Context, p *faq.Provider, asked message.Message, likeness float64) (string, error) {
	var reply strings.Builder
	_, err := p.Chat(ctx, llm.Request[faq.Options]{
		Messages: []message.Message{asked},
		Options:  faq.Options{Otherwise: "Ask somebody else.", Likeness: likeness},
	}, func(text string) error {
		reply.WriteString(text)
		return nil
	})
	return reply.String(), err
}

func TestAnswers(t *testing.T) {
	t.Parallel()
	provider := open(t)
	for name, test := range map[string]struct {
		asked    string
		likeness float64
		want     string
	}{
		"the question itself":        {"When are you open?", 0.6, "From nine to five."},
		"in other words":             {"hello, WHEN exactly are you open", 0.6, "From nine to five."},
		"the first of two as like":   {"are you", 0.5, "At the end of the road."},
		"letters of other scripts":   {"καλημέρα κόσμε", 1, "Good morning to you."},
		"too few words in common":    {"are you there", 0.7, "Ask somebody else."},
		"nothing in common":          {"42", 0, "Ask somebody else."},
		"nothing that is a word":     {"?!", 0, "Ask somebody else."},
		"whatever has one in common": {"open", 0, "From nine to five."},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, err := chat(t.Context(), provider, message.New(message.User, test.asked), test.likeness)
			if err != nil || got != test.want {
				t.Errorf("got %q and %v, want %q", got, err, test.want)
			}
		})
	}
}

func TestRefusals(t *testing.T) {
	t.Parallel()
	provider := open(t)
	image := message.Message{Role: message.User, Parts: []message.Part{message.Blob{MediaType: "image/png"}}}
	if _, err := chat(t.Context(), provider, image, 0); !fault.Is(err, fault.Unsupported) || !strings.Contains(err.Error(), "image/png") {
		t.Errorf("an image gave %v", err)
	}
	if _, err := chat(t.Context(), provider, message.New(message.Assistant, "open"), 0); !fault.Is(err, fault.Invalid) {
		t.Errorf("a message of the assistant gave %v", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if reply, err := chat(ctx, provider, message.New(message.User, "open"), 0); !errors.Is(err, context.Canceled) || reply != "" {
		t.Errorf("a caller who has left was told %q, and got %v", reply, err)
	}
	_, err := faq.Open(t.Context(), faq.Config{Entries: []faq.Entry{{Question: "?", Answer: "!"}}}, sdk.Settings{})
	if failure := fault.As(err); failure.Code != fault.Invalid || failure.Fields[0].Key != "entries.0.question" {
		t.Errorf("a question without words gave %v", err)
	}
}
