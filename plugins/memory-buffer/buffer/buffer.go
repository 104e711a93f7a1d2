// Package buffer is the simplest useful memory: the newest messages, as many as
// the configuration says. It keeps no state; what a bot remembers is read from
// the transcript each time.
package buffer

import (
	"context"

	"github.com/bothost/bothost/sdk"
	"github.com/bothost/bothost/sdk/fault"
	"github.com/bothost/bothost/sdk/memory"
	"github.com/bothost/bothost/sdk/message"
)

// Config is the section `memory` with `type: buffer`.
type Config struct {
	MaxMessages int `json:"max_messages,omitempty" jsonschema:"minimum=2,default=10,description=How many earlier messages the model is shown"`
}

// Buffer implements memory.Strategy.
type Buffer struct{ maxMessages int }

var _ memory.Strategy = (*Buffer)(nil)

// Open makes a buffer.
func Open(_ context.Context, config Config, _ sdk.Settings) (*Buffer, error) {
	return &Buffer{maxMessages: config.MaxMessages}, nil
}

// Window asks for exactly what is shown. Whole turns come, so that with an odd
// maximum one message less may be there.
func (b *Buffer) Window() memory.Window {
	// Whole turns that fit begin with a user's message: nothing is left to do.
	return memory.Window{MaxMessages: b.maxMessages, Verbatim: true}
}

// Recall shows the newest messages, beginning with one of the user: a reply
// whose question was cut off would be out of context, and some models refuse it.
func (b *Buffer) Recall(_ context.Context, request memory.Request) (memory.Response, error) {
	switch request.Phase {
	case memory.BeforeReply:
		return memory.Response{Next: memory.Prompt{Messages: b.newest(request.History)}}, nil
	case memory.AfterCommit:
		return memory.Response{Next: memory.Done{}}, nil
	}
	return memory.Response{}, fault.New(fault.Invalid, "memory-buffer: unknown phase %d", request.Phase)
}

func (b *Buffer) newest(history []message.Message) []message.Message {
	newest := history[max(0, len(history)-b.maxMessages):]
	for len(newest) > 0 && newest[0].Role != message.User {
		newest = newest[1:]
	}
	return newest
}
