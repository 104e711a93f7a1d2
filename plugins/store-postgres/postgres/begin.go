package postgres

import (
	"cmp"
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	"github.com/bothost/bothost/sdk/fault"
	"github.com/bothost/bothost/sdk/llm"
	"github.com/bothost/bothost/sdk/memory"
	"github.com/bothost/bothost/sdk/message"
	"github.com/bothost/bothost/sdk/store"
)

// hostWindowBytes is what a window's MaxBytes of 0 stands for.
const hostWindowBytes = 8 << 20

const beginTurn = `
	SELECT outcome, turn_number, message_roles, message_parts,
	       reply_model, reply_finish_reason, reply_prompt_tokens, reply_completion_tokens,
	       state_plugin, state_format, state_through_turn, state_version, state_data
	FROM bothost.begin_turn($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)`

// begun is a row that begin_turn answers with. What an outcome does not have,
// is nil.
type begun struct {
	Outcome          string
	Turn             *int64
	Roles            []string
	Parts            []string
	Model            *string
	FinishReason     *string
	PromptTokens     *int64
	CompletionTokens *int64
	StatePlugin      *string
	StateFormat      *string
	StateThroughTurn *int64
	StateVersion     *int64
	StateData        []byte
}

// BeginTurn implements store.Conversations.
func (s *Store) BeginTurn(ctx context.Context, request store.BeginTurn) (store.BeginOutcome, error) {
	doing := fmt.Sprintf("begin turn of conversation %q", request.Conversation)
	if err := checkBegin(request); err != nil {
		return nil, err
	}
	user, err := encodeMessages([]message.Message{request.UserMessage})
	if err != nil {
		return nil, err
	}
	answer, err := one(ctx, s, doing, harmless, pgx.RowToStructByPos[begun], beginTurn,
		request.Tenant, request.Conversation, [store.TokenSize]byte(request.Token),
		request.Holder, request.Timeout.Microseconds(),
		request.IdempotencyKey, nonNil(request.RequestHash),
		user.roles[0], user.parts[0], user.bytes[0],
		max(request.Window.MaxMessages, 0), cmp.Or(request.Window.MaxBytes, hostWindowBytes),
		request.UserID, optionalText(request.Metadata))
	if err != nil {
		return nil, err
	}
	if answer == nil {
		return nil, unexpected(doing, "nothing")
	}
	return answer.outcome(doing)
}

func checkBegin(request store.BeginTurn) error {
	if err := checkScope(request.Scope); err != nil {
		return err
	}
	if err := checkHolder(request.Holder); err != nil {
		return err
	}
	return checkTexts(
		text{name: "the idempotency key", value: request.IdempotencyKey, maxBytes: maxKeyBytes},
		text{name: "the user's id", value: request.UserID, maxBytes: maxKeyBytes},
		text{name: "the metadata", value: string(request.Metadata)})
}

func (b *begun) outcome(doing string) (store.BeginOutcome, error) {
	turn := uint64(value(b.Turn))
	switch b.Outcome {
	case "begun":
		history, err := decodeMessages(b.Roles, b.Parts)
		if err != nil {
			return nil, fmt.Errorf("store-postgres: %s: %w", doing, err)
		}
		return store.Begun{Turn: turn, History: history, State: b.state()}, nil
	case "replayed":
		messages, err := decodeMessages(b.Roles, b.Parts)
		if err != nil {
			return nil, fmt.Errorf("store-postgres: %s: %w", doing, err)
		}
		return store.Replayed{Turn: turn, Messages: messages, Result: b.result()}, nil
	case "busy":
		return store.Busy{Turn: turn}, nil
	case "superseded":
		return nil, superseded(doing)
	case "mismatch":
		return nil, fault.New(fault.Conflict, "store-postgres: %s: the idempotency key was used for another request", doing).
			WithReason(fault.IdempotencyMismatch)
	}
	return nil, unexpected(doing, b.Outcome)
}

func (b *begun) state() *memory.State {
	if b.StatePlugin == nil {
		return nil
	}
	return &memory.State{
		Plugin: value(b.StatePlugin), Format: value(b.StateFormat),
		ThroughTurn: uint64(value(b.StateThroughTurn)), Version: uint64(value(b.StateVersion)),
		Data: b.StateData,
	}
}

func (b *begun) result() llm.Result {
	return llm.Result{
		Model: value(b.Model), FinishReason: value(b.FinishReason),
		Usage: llm.Usage{PromptTokens: value(b.PromptTokens), CompletionTokens: value(b.CompletionTokens)},
	}
}
