// Package memory is what an author of a memory strategy implements.
//
// A strategy is a function of the transcript: it gets the newest part of the
// conversation, and its own state if it keeps one there, and chooses what the
// model is shown. It keeps nothing between calls, so any instance of the host
// can serve any turn, and nothing can leak from one conversation to another.
package memory

import (
	"context"

	"github.com/bothost/bothost/sdk/message"
)

// Strategy chooses what a model is shown of a conversation. Its methods are
// called concurrently, by any number of tenants. It may also implement
// io.Closer.
type Strategy interface {
	// Window says how much of a conversation Recall needs to see. It is asked
	// once, when the instance is opened.
	Window() Window
	// Recall has no side effects. Before a reply its answer is Prompt, or
	// Effects to be asked again with their results, for at most 8 rounds;
	// after a commit it is Done, or Effects likewise.
	Recall(ctx context.Context, request Request) (Response, error)
}

// Window bounds what a strategy is shown: the newest whole turns that together
// hold at most so many messages and so many bytes of content.
type Window struct {
	MaxMessages int
	// MaxBytes: 0 stands for the host's limit, 8 MiB.
	MaxBytes int64
	// Verbatim is a strategy's promise that before a reply Recall answers with
	// the history as it is, and saves no state. Hosts may then leave the call
	// out, and spare a turn the way to another process and back.
	Verbatim bool
}

// Phase says when a strategy is asked.
type Phase int

const (
	// BeforeReply is the call on the reply's path.
	BeforeReply Phase = iota + 1
	// AfterCommit is the call after the turn is durable, off the reply's path.
	AfterCommit
)

// Request is one round of a recall.
type Request struct {
	Tenant       string
	Conversation string
	Turn         uint64
	Phase        Phase
	UserMessage  message.Message
	// History is the window, oldest first.
	History []message.Message
	// State is the strategy's own, as last saved; nil when there is none.
	State *State
	// Cursor and Results carry on from the round before.
	Cursor  []byte
	Results []EffectResult
	// Round counts from 0.
	Round int
}

// Response is the answer to one round.
type Response struct {
	// Next is Prompt, Effects or Done.
	Next Next
	// State to save with the turn; nil leaves it as it is.
	State  *State
	Cursor []byte
}

// State is data that a strategy keeps with a conversation, at most 256 KiB. The
// host fills in Plugin, and gives a strategy only the state of its own plugin.
type State struct {
	Plugin string
	// Format names the data's form; a strategy drops what it does not know.
	Format string
	// ThroughTurn is the last turn that the state takes account of.
	ThroughTurn uint64
	Version     uint64
	Data        []byte
}

// Next is what happens after a round: Prompt, Effects or Done.
type Next interface{ isNext() }

// Prompt ends a recall: what the model is shown between the system prompt and
// the user's message.
type Prompt struct{ Messages []message.Message }

// Effects asks the host for work, and to be asked again with the results.
type Effects struct{ Effects []Effect }

// Done ends the work after a commit.
type Done struct{}

func (Prompt) isNext()  {}
func (Effects) isNext() {}
func (Done) isNext()    {}
