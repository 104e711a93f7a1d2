package bot

import (
	"context"

	"github.com/bothost/bothost/sdk/client"
	"github.com/bothost/bothost/sdk/fault"
	"github.com/bothost/bothost/sdk/memory"
	"github.com/bothost/bothost/sdk/message"
	"github.com/bothost/bothost/sdk/store"
)

// recalled is what a memory strategy made of the conversation.
type recalled struct {
	// prompt is all that the model is shown.
	prompt []message.Message
	state  *memory.State
}

// recall asks the memory what the model is to see, and puts the system prompt as
// it is now before it and the user's message after it. A memory that shows what
// there is, and says so, is not asked.
func (t *turn) recall(ctx context.Context, begun store.Begun) (recalled, error) {
	if t.memory.session.Window().Verbatim {
		return recalled{prompt: t.prompt(begun.History)}, nil
	}
	request := memory.Request{
		Tenant: t.scope.Tenant, Conversation: t.scope.Conversation, Turn: t.number, Phase: memory.BeforeReply,
		UserMessage: t.message, History: begun.History, State: t.ownState(begun.State),
	}
	response, err := repeat(ctx, t.memory,
		func(ctx context.Context, instance client.Instance) (memory.Response, error) {
			return client.Memory{Instance: instance}.Recall(ctx, request)
		})
	if err != nil {
		return recalled{}, err
	}
	prompt, ok := response.Next.(memory.Prompt)
	if !ok {
		return recalled{}, fault.New(fault.Unsupported, "answered %T; this host can only use a prompt", response.Next)
	}
	out := recalled{prompt: t.prompt(prompt.Messages)}
	out.state, err = t.nextState(response.State, begun)
	return out, err
}

func (t *turn) prompt(memories []message.Message) []message.Message {
	prompt := make([]message.Message, 0, len(memories)+2)
	if t.bot.parts.SystemPrompt != "" {
		prompt = append(prompt, message.New(message.System, t.bot.parts.SystemPrompt))
	}
	return append(append(prompt, memories...), t.message)
}

// ownState gives a strategy the state that it saved, and nobody else's.
func (t *turn) ownState(state *memory.State) *memory.State {
	if state == nil || state.Plugin != t.bot.parts.Memory.Name {
		return nil
	}
	return state
}

// nextState completes the state that a strategy wants saved with the turn.
func (t *turn) nextState(state *memory.State, begun store.Begun) (*memory.State, error) {
	if state == nil {
		return nil, nil
	}
	if len(state.Data) > MaxStateBytes {
		return nil, fault.New(fault.Internal, "the memory's state has %d bytes; at most %d are kept", len(state.Data), MaxStateBytes)
	}
	next := *state
	next.Plugin = t.bot.parts.Memory.Name
	next.Version = 1
	if begun.State != nil {
		next.Version = begun.State.Version + 1
	}
	return &next, nil
}
