package postgres

import (
	"context"
	"fmt"
	"time"

	"github.com/bothost/bothost/sdk/fault"
	"github.com/bothost/bothost/sdk/memory"
	"github.com/bothost/bothost/sdk/store"
)

const commitTurn = `SELECT bothost.commit_turn($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)`

// CommitTurn implements store.Conversations.
func (s *Store) CommitTurn(ctx context.Context, request store.CommitTurn) (store.Committed, error) {
	doing := fmt.Sprintf("commit turn of conversation %q", request.Conversation)
	if err := checkCommit(request); err != nil {
		return store.Committed{}, err
	}
	reply, err := encodeMessages(request.Messages)
	if err != nil {
		return store.Committed{}, err
	}
	state := encodeState(request.State)
	result := request.Result
	at, err := scalar[*time.Time](ctx, s, doing, harmless, commitTurn,
		request.Tenant, request.Conversation, [store.TokenSize]byte(request.Token), string(request.Status),
		reply.roles, reply.parts, reply.bytes,
		result.Model, result.FinishReason, result.Usage.PromptTokens, result.Usage.CompletionTokens,
		state.plugin, state.format, state.throughTurn, state.version, state.data)
	if err != nil {
		return store.Committed{}, err
	}
	if at == nil {
		return store.Committed{}, superseded(doing)
	}
	return store.Committed{At: at.UTC()}, nil
}

func checkCommit(request store.CommitTurn) error {
	if err := checkScope(request.Scope); err != nil {
		return err
	}
	if request.Status != store.Complete && request.Status != store.Cancelled {
		return fault.New(fault.Invalid, "store-postgres: a turn is committed as complete or cancelled, not as %q", request.Status)
	}
	if len(request.Messages) == 0 {
		return fault.New(fault.Invalid, "store-postgres: a commit holds one message at least")
	}
	texts := []text{{name: "the model's name", value: request.Result.Model}, {name: "the finish reason", value: request.Result.FinishReason}}
	if request.State != nil {
		texts = append(texts, text{name: "the memory's plugin", value: request.State.Plugin},
			text{name: "the memory's format", value: request.State.Format})
	}
	return checkTexts(texts...)
}

// memoryState is a state as the database keeps it. Data that is nil leaves what
// is there.
type memoryState struct {
	plugin, format string
	// The numbers of a state may use all 64 bits, and a bigint has a sign: they
	// are kept bit by bit, and never compared there.
	throughTurn, version int64
	data                 []byte
}

func encodeState(state *memory.State) memoryState {
	if state == nil {
		return memoryState{}
	}
	return memoryState{
		plugin: state.Plugin, format: state.Format,
		throughTurn: int64(state.ThroughTurn), version: int64(state.Version),
		data: nonNil(state.Data),
	}
}

// FailTurn implements store.Conversations.
func (s *Store) FailTurn(ctx context.Context, request store.FailTurn) error {
	doing := fmt.Sprintf("fail turn of conversation %q", request.Conversation)
	if err := checkScope(request.Scope); err != nil {
		return err
	}
	if request.Status != store.Failed && request.Status != store.Cancelled {
		return fault.New(fault.Invalid, "store-postgres: a turn without a reply is failed or cancelled, not %q", request.Status)
	}
	if err := checkTexts(text{name: "the reason", value: request.Reason}); err != nil {
		return err
	}
	ended, err := scalar[bool](ctx, s, doing, harmless, `SELECT bothost.fail_turn($1, $2, $3, $4, $5)`,
		request.Tenant, request.Conversation, [store.TokenSize]byte(request.Token), string(request.Status), request.Reason)
	if err != nil {
		return err
	}
	if !ended {
		return superseded(doing)
	}
	return nil
}
