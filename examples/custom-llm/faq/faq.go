// Package faq is a provider that answers from a list of questions and answers:
// all of a provider, with a model so simple that it needs no server.
package faq

import (
	"context"
	"fmt"
	"strings"

	"github.com/bothost/bothost/sdk"
	"github.com/bothost/bothost/sdk/fault"
	"github.com/bothost/bothost/sdk/llm"
	"github.com/bothost/bothost/sdk/message"
)

// model is what replies say they are from.
const model = "faq"

// Provider is an instance. It never changes, so that calls of any number of
// tenants need no lock, and it keeps nothing of what they say.
type Provider struct{ known []known }

var (
	_ llm.Provider[Options] = (*Provider)(nil)
	_ llm.Checker[Options]  = (*Provider)(nil)
)

// Open makes an instance. What the schema could not express is checked here, and
// the error names the key.
func Open(_ context.Context, config Config, _ sdk.Settings) (*Provider, error) {
	p := &Provider{}
	for i, entry := range config.Entries {
		words := wordsOf(entry.Question)
		if len(words) == 0 {
			return nil, fault.New(fault.Invalid, "llm-faq: question %d, %q, has no word", i+1, entry.Question).
				WithField(fmt.Sprintf("entries.%d.question", i), "has no word")
		}
		p.known = append(p.known, known{words: words, answer: entry.Answer})
	}
	return p, nil
}

// Check says what the host's doctor shows. A provider that needs a server asks
// it here.
func (p *Provider) Check(context.Context, Options) (string, error) {
	return fmt.Sprintf("questions answered: %d", len(p.known)), nil
}

// Chat answers the user's message, a word at a time. It stops as soon as ctx is
// done or emit fails, and returns that error: a reply that ended early is never
// a short reply.
func (p *Provider) Chat(ctx context.Context, request llm.Request[Options], emit func(string) error) (llm.Result, error) {
	asked, err := lastOfUser(request.Messages)
	if err != nil {
		return llm.Result{}, err
	}
	answer, found := p.answer(asked, request.Options.Likeness)
	if !found {
		answer = request.Options.Otherwise
	}
	for word := range strings.SplitAfterSeq(answer, " ") {
		if err := ctx.Err(); err != nil {
			return llm.Result{}, err
		}
		if err := emit(word); err != nil {
			return llm.Result{}, err
		}
	}
	return llm.Result{Model: model, FinishReason: "stop"}, nil
}

// lastOfUser gives the text to answer. What is no text is refused by name: the
// content of a message is never dropped.
func lastOfUser(messages []message.Message) (string, error) {
	if len(messages) == 0 || messages[len(messages)-1].Role != message.User {
		return "", fault.New(fault.Invalid, "llm-faq: the last message is not a user's")
	}
	last := messages[len(messages)-1]
	for _, part := range last.Parts {
		switch part := part.(type) {
		case message.Text:
		case message.Blob:
			return "", fault.New(fault.Unsupported, "llm-faq: content of type %s; it understands text only", part.MediaType)
		default:
			return "", fault.New(fault.Unsupported, "llm-faq: content of type %T; it understands text only", part)
		}
	}
	return last.Text(), nil
}
