package wire

import (
	"fmt"
	"time"

	"google.golang.org/protobuf/types/known/durationpb"
	"google.golang.org/protobuf/types/known/timestamppb"

	"github.com/bothost/bothost/sdk/fault"
	"github.com/bothost/bothost/sdk/llm"
	pluginv1 "github.com/bothost/bothost/sdk/plugin/v1"
	"github.com/bothost/bothost/sdk/store"
)

var toTurnStatus = map[store.Status]pluginv1.TurnStatus{
	store.Pending:     pluginv1.TurnStatus_TURN_STATUS_PENDING,
	store.Complete:    pluginv1.TurnStatus_TURN_STATUS_COMPLETE,
	store.Failed:      pluginv1.TurnStatus_TURN_STATUS_FAILED,
	store.Interrupted: pluginv1.TurnStatus_TURN_STATUS_INTERRUPTED,
	store.Cancelled:   pluginv1.TurnStatus_TURN_STATUS_CANCELLED,
}

var fromTurnStatus = inverse(toTurnStatus)

// ToScope translates a conversation's name for the wire.
func ToScope(s store.Scope) *pluginv1.Scope {
	return &pluginv1.Scope{Tenant: s.Tenant, Conversation: s.Conversation}
}

// FromScope translates a conversation's name from the wire. A scope without a
// tenant or a conversation is refused: no key may begin with nothing.
func FromScope(s *pluginv1.Scope) (store.Scope, error) {
	if s.GetTenant() == "" || s.GetConversation() == "" {
		return store.Scope{}, fault.New(fault.Invalid, "the scope lacks its tenant or its conversation")
	}
	return store.Scope{Tenant: s.GetTenant(), Conversation: s.GetConversation()}, nil
}

func fromToken(b []byte) (store.Token, error) {
	if len(b) != store.TokenSize {
		return store.Token{}, fault.New(fault.Invalid, "turn token has %d bytes instead of %d", len(b), store.TokenSize)
	}
	return store.Token(b), nil
}

func fromScopeAndToken(s *pluginv1.Scope, b []byte) (scope store.Scope, token store.Token, err error) {
	if scope, err = FromScope(s); err != nil {
		return scope, token, err
	}
	token, err = fromToken(b)
	return scope, token, err
}

// ToBeginTurn translates the request for the wire.
func ToBeginTurn(instance string, r store.BeginTurn) (*pluginv1.BeginTurnRequest, error) {
	user, err := ToMessage(r.UserMessage)
	if err != nil {
		return nil, fmt.Errorf("user message: %w", err)
	}
	return &pluginv1.BeginTurnRequest{
		Instance: instance, Scope: ToScope(r.Scope), TurnToken: r.Token[:], Holder: r.Holder,
		Timeout: durationpb.New(r.Timeout), IdempotencyKey: r.IdempotencyKey, RequestHash: r.RequestHash,
		UserMessage: user, Window: ToWindow(r.Window), UserId: r.UserID, Metadata: r.Metadata,
	}, nil
}

// FromBeginTurn translates the request from the wire.
func FromBeginTurn(r *pluginv1.BeginTurnRequest) (store.BeginTurn, error) {
	scope, token, err := fromScopeAndToken(r.GetScope(), r.GetTurnToken())
	if err != nil {
		return store.BeginTurn{}, err
	}
	user, err := FromMessage(r.GetUserMessage())
	if err != nil {
		return store.BeginTurn{}, fault.New(fault.Invalid, "user message: %w", err)
	}
	return store.BeginTurn{
		Scope: scope, Token: token, Holder: r.GetHolder(), Timeout: r.GetTimeout().AsDuration(),
		IdempotencyKey: r.GetIdempotencyKey(), RequestHash: r.GetRequestHash(), UserMessage: user,
		Window: FromWindow(r.GetWindow()), UserID: r.GetUserId(), Metadata: r.GetMetadata(),
	}, nil
}

// ToBeginOutcome translates the answer for the wire.
func ToBeginOutcome(outcome store.BeginOutcome) (*pluginv1.BeginTurnResponse, error) {
	switch o := outcome.(type) {
	case store.Begun:
		window, err := ToMessages(o.History)
		if err != nil {
			return nil, fmt.Errorf("window: %w", err)
		}
		begun := &pluginv1.Begun{Turn: o.Turn, Window: window, MemoryState: ToState(o.State)}
		return &pluginv1.BeginTurnResponse{Outcome: &pluginv1.BeginTurnResponse_Begun{Begun: begun}}, nil
	case store.Replayed:
		messages, err := ToMessages(o.Messages)
		if err != nil {
			return nil, fmt.Errorf("replayed turn: %w", err)
		}
		replayed := &pluginv1.Replayed{Turn: o.Turn, Messages: messages, Result: toResult(o.Result)}
		return &pluginv1.BeginTurnResponse{Outcome: &pluginv1.BeginTurnResponse_Replayed{Replayed: replayed}}, nil
	case store.Busy:
		busy := &pluginv1.Busy{Turn: o.Turn}
		return &pluginv1.BeginTurnResponse{Outcome: &pluginv1.BeginTurnResponse_Busy{Busy: busy}}, nil
	}
	return nil, fmt.Errorf("the store answered with no outcome (%T)", outcome)
}

// FromBeginOutcome translates the answer from the wire.
func FromBeginOutcome(r *pluginv1.BeginTurnResponse) (store.BeginOutcome, error) {
	switch o := r.GetOutcome().(type) {
	case *pluginv1.BeginTurnResponse_Begun:
		window, err := FromMessages(o.Begun.GetWindow())
		if err != nil {
			return nil, fmt.Errorf("window: %w", err)
		}
		return store.Begun{Turn: o.Begun.GetTurn(), History: window, State: FromState(o.Begun.GetMemoryState())}, nil
	case *pluginv1.BeginTurnResponse_Replayed:
		messages, err := FromMessages(o.Replayed.GetMessages())
		if err != nil {
			return nil, fmt.Errorf("replayed turn: %w", err)
		}
		return store.Replayed{Turn: o.Replayed.GetTurn(), Messages: messages, Result: fromResult(o.Replayed.GetResult())}, nil
	case *pluginv1.BeginTurnResponse_Busy:
		return store.Busy{Turn: o.Busy.GetTurn()}, nil
	}
	return nil, fmt.Errorf("answer to BeginTurn is not set, or of a newer contract")
}

// ToCommitTurn translates the request for the wire.
func ToCommitTurn(instance string, r store.CommitTurn) (*pluginv1.CommitTurnRequest, error) {
	messages, err := ToMessages(r.Messages)
	if err != nil {
		return nil, err
	}
	return &pluginv1.CommitTurnRequest{
		Instance: instance, Scope: ToScope(r.Scope), TurnToken: r.Token[:], Status: toTurnStatus[r.Status],
		Messages: messages, Result: toResult(r.Result), MemoryState: ToState(r.State),
	}, nil
}

// FromCommitTurn translates the request from the wire.
func FromCommitTurn(r *pluginv1.CommitTurnRequest) (store.CommitTurn, error) {
	scope, token, err := fromScopeAndToken(r.GetScope(), r.GetTurnToken())
	if err != nil {
		return store.CommitTurn{}, err
	}
	status := fromTurnStatus[r.GetStatus()]
	if status != store.Complete && status != store.Cancelled {
		return store.CommitTurn{}, fault.New(fault.Invalid, "a turn cannot be committed as %s", r.GetStatus())
	}
	messages, err := FromMessages(r.GetMessages())
	if err != nil {
		return store.CommitTurn{}, fault.New(fault.Invalid, "%w", err)
	}
	if len(messages) == 0 {
		return store.CommitTurn{}, fault.New(fault.Invalid, "a turn cannot be committed without a reply")
	}
	return store.CommitTurn{
		Scope: scope, Token: token, Status: status, Messages: messages,
		Result: fromResult(r.GetResult()), State: FromState(r.GetMemoryState()),
	}, nil
}

// ToFailTurn translates the request for the wire.
func ToFailTurn(instance string, r store.FailTurn) *pluginv1.FailTurnRequest {
	return &pluginv1.FailTurnRequest{
		Instance: instance, Scope: ToScope(r.Scope), TurnToken: r.Token[:],
		Status: toTurnStatus[r.Status], Reason: r.Reason,
	}
}

// FromFailTurn translates the request from the wire.
func FromFailTurn(r *pluginv1.FailTurnRequest) (store.FailTurn, error) {
	scope, token, err := fromScopeAndToken(r.GetScope(), r.GetTurnToken())
	if err != nil {
		return store.FailTurn{}, err
	}
	status := fromTurnStatus[r.GetStatus()]
	if status != store.Failed && status != store.Cancelled {
		return store.FailTurn{}, fault.New(fault.Invalid, "a turn cannot be failed as %s", r.GetStatus())
	}
	return store.FailTurn{Scope: scope, Token: token, Status: status, Reason: r.GetReason()}, nil
}

func toResult(r llm.Result) *pluginv1.TurnResult {
	return &pluginv1.TurnResult{Model: r.Model, FinishReason: r.FinishReason, Usage: ToUsage(r.Usage)}
}

func fromResult(r *pluginv1.TurnResult) llm.Result {
	return llm.Result{Model: r.GetModel(), FinishReason: r.GetFinishReason(), Usage: FromUsage(r.GetUsage())}
}

// ToUsage translates token counts for the wire.
func ToUsage(u llm.Usage) *pluginv1.Usage {
	return &pluginv1.Usage{PromptTokens: u.PromptTokens, CompletionTokens: u.CompletionTokens}
}

// FromUsage translates token counts from the wire.
func FromUsage(u *pluginv1.Usage) llm.Usage {
	return llm.Usage{PromptTokens: u.GetPromptTokens(), CompletionTokens: u.GetCompletionTokens()}
}

func toTime(t time.Time) *timestamppb.Timestamp { return timestamppb.New(t) }

func fromTime(t *timestamppb.Timestamp) time.Time { return t.AsTime() }
