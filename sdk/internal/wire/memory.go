package wire

import (
	"fmt"
	"math"

	"github.com/bothost/bothost/sdk/fault"
	"github.com/bothost/bothost/sdk/memory"
	pluginv1 "github.com/bothost/bothost/sdk/plugin/v1"
)

// ToWindow translates a window's bounds for the wire.
func ToWindow(w memory.Window) *pluginv1.Window {
	return &pluginv1.Window{
		MaxMessages: uint32(max(w.MaxMessages, 0)), MaxBytes: uint64(max(w.MaxBytes, 0)), Verbatim: w.Verbatim,
	}
}

// FromWindow translates a window's bounds from the wire.
func FromWindow(w *pluginv1.Window) memory.Window {
	return memory.Window{
		MaxMessages: int(w.GetMaxMessages()), MaxBytes: int64(min(w.GetMaxBytes(), math.MaxInt64)), Verbatim: w.GetVerbatim(),
	}
}

// ToState translates a memory's state for the wire; nil stays nil.
func ToState(s *memory.State) *pluginv1.MemoryState {
	if s == nil {
		return nil
	}
	return &pluginv1.MemoryState{
		Plugin: s.Plugin, Format: s.Format, ThroughTurn: s.ThroughTurn, Version: s.Version, Data: s.Data,
	}
}

// FromState translates a memory's state from the wire; nil stays nil.
func FromState(s *pluginv1.MemoryState) *memory.State {
	if s == nil {
		return nil
	}
	return &memory.State{
		Plugin: s.GetPlugin(), Format: s.GetFormat(), ThroughTurn: s.GetThroughTurn(),
		Version: s.GetVersion(), Data: s.GetData(),
	}
}

// ToRecallRequest translates one round of a recall for the wire.
func ToRecallRequest(instance string, r memory.Request) (*pluginv1.RecallRequest, error) {
	user, err := ToMessage(r.UserMessage)
	if err != nil {
		return nil, fmt.Errorf("user message: %w", err)
	}
	window, err := ToMessages(r.History)
	if err != nil {
		return nil, fmt.Errorf("window: %w", err)
	}
	results, err := toResults(r.Results)
	if err != nil {
		return nil, err
	}
	return &pluginv1.RecallRequest{
		Instance:      instance,
		Scope:         &pluginv1.Scope{Tenant: r.Tenant, Conversation: r.Conversation, Turn: r.Turn},
		Phase:         pluginv1.RecallPhase(r.Phase),
		UserMessage:   user,
		Window:        window,
		State:         ToState(r.State),
		Cursor:        r.Cursor,
		EffectResults: results,
		Round:         uint32(r.Round),
	}, nil
}

// FromRecallRequest translates one round of a recall from the wire.
func FromRecallRequest(r *pluginv1.RecallRequest) (memory.Request, error) {
	phase := memory.Phase(r.GetPhase())
	if phase != memory.BeforeReply && phase != memory.AfterCommit {
		return memory.Request{}, fault.New(fault.Invalid, "unknown phase %s", r.GetPhase())
	}
	user, err := FromMessage(r.GetUserMessage())
	if err != nil {
		return memory.Request{}, fault.New(fault.Invalid, "user message: %w", err)
	}
	window, err := FromMessages(r.GetWindow())
	if err != nil {
		return memory.Request{}, fault.New(fault.Invalid, "window: %w", err)
	}
	results, err := fromResults(r.GetEffectResults())
	if err != nil {
		return memory.Request{}, fault.New(fault.Invalid, "%w", err)
	}
	return memory.Request{
		Tenant:       r.GetScope().GetTenant(),
		Conversation: r.GetScope().GetConversation(),
		Turn:         r.GetScope().GetTurn(),
		Phase:        phase,
		UserMessage:  user,
		History:      window,
		State:        FromState(r.GetState()),
		Cursor:       r.GetCursor(),
		Results:      results,
		Round:        int(r.GetRound()),
	}, nil
}

// ToRecallResponse translates the answer to a round for the wire.
func ToRecallResponse(r memory.Response) (*pluginv1.RecallResponse, error) {
	out := &pluginv1.RecallResponse{State: ToState(r.State), Cursor: r.Cursor}
	switch next := r.Next.(type) {
	case memory.Prompt:
		messages, err := ToMessages(next.Messages)
		if err != nil {
			return nil, fmt.Errorf("prompt: %w", err)
		}
		out.Next = &pluginv1.RecallResponse_Prompt{Prompt: &pluginv1.Prompt{Messages: messages}}
	case memory.Effects:
		effects, err := toEffects(next.Effects)
		if err != nil {
			return nil, err
		}
		out.Next = &pluginv1.RecallResponse_Effects{Effects: &pluginv1.Effects{Effects: effects}}
	case memory.Done:
		out.Next = &pluginv1.RecallResponse_Done{Done: &pluginv1.Done{}}
	default:
		return nil, fmt.Errorf("the strategy answered with no Next (%T)", r.Next)
	}
	return out, nil
}

// FromRecallResponse translates the answer to a round from the wire.
func FromRecallResponse(r *pluginv1.RecallResponse) (memory.Response, error) {
	out := memory.Response{State: FromState(r.GetState()), Cursor: r.GetCursor()}
	switch next := r.GetNext().(type) {
	case *pluginv1.RecallResponse_Prompt:
		messages, err := FromMessages(next.Prompt.GetMessages())
		if err != nil {
			return out, fmt.Errorf("prompt: %w", err)
		}
		out.Next = memory.Prompt{Messages: messages}
	case *pluginv1.RecallResponse_Effects:
		effects, err := fromEffects(next.Effects.GetEffects())
		if err != nil {
			return out, err
		}
		out.Next = memory.Effects{Effects: effects}
	case *pluginv1.RecallResponse_Done:
		out.Next = memory.Done{}
	default:
		return out, fmt.Errorf("answer to Recall is not set, or of a newer contract")
	}
	return out, nil
}
