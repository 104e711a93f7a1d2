// Package llm is what an author of an LLM provider implements.
//
// The configuration of a provider has two halves. What an instance is made
// from (an address, a key) is the type that Open takes. What may differ from
// call to call (the model, the temperature) is the type O of Provider: it
// arrives with each request, so that tenants who differ in it only share one
// instance. Users write both in one section and do not see the difference.
package llm

import (
	"context"

	"github.com/bothost/bothost/sdk/message"
)

// Provider speaks with language models. Its methods are called concurrently,
// by any number of tenants; a provider keeps nothing of what they say.
//
// It may also implement Checker[O] and io.Closer.
type Provider[O any] interface {
	// Chat answers the request's messages. It hands the reply's text to emit
	// as it comes, in pieces of whole code points, and returns once the reply
	// is complete; a reply that ended early is an error. When ctx is done, or
	// emit returns an error, it stops the generation and returns that error.
	// emit is not called concurrently, nor after Chat has returned.
	Chat(ctx context.Context, request Request[O], emit func(text string) error) (Result, error)
}

// Checker is implemented by providers that can tell whether they would work.
type Checker[O any] interface {
	// Check says what was found, for people, or what is wrong, with a remedy
	// in the fault.
	Check(ctx context.Context, options O) (summary string, err error)
}

// Request is one call of Chat.
type Request[O any] struct {
	// Tenant, Conversation and Turn say on whose behalf it is made, for logs and
	// for the accounts of an upstream; they must not change the answer. Turn is 0,
	// and Conversation empty, outside of conversations.
	Tenant       string
	Conversation string
	Turn         uint64
	// Messages in order; a system prompt, if there is one, comes first and
	// the user's new message last.
	Messages []message.Message
	// Whole tells that nobody reads the reply before it is complete. What is
	// emitted is then sent in fewer, larger pieces.
	Whole bool
	// Options is the decoded, checked per-call half of the configuration.
	Options O
}

// Result is what is known of a reply when it is complete.
type Result struct {
	// Model that spoke, as its server names it.
	Model string
	// FinishReason is "stop", "length", or the server's own word.
	FinishReason string
	Usage        Usage
}

// Usage counts tokens; 0 where the server does not say.
type Usage struct {
	PromptTokens     int64
	CompletionTokens int64
}
