package sqlite

import (
	"database/sql"
	"errors"
	"fmt"
	"time"

	"github.com/bothost/bothost/sdk/llm"
	"github.com/bothost/bothost/sdk/store"
)

// fence is what a conversation's row says about its last turn.
type fence struct {
	// lastTurn is 0 if there is no such conversation.
	lastTurn uint64
	// pending is the token of the last turn while it is pending, or nil.
	pending []byte
}

func (t *transaction) fence(scope store.Scope) (fence, error) {
	var f fence
	err := t.scan(`
		SELECT last_turn, pending_token FROM conversations WHERE tenant = ?1 AND conversation = ?2`,
		values(scope.Tenant, scope.Conversation), &f.lastTurn, &f.pending)
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return fence{}, fmt.Errorf("read the conversation: %w", err)
	}
	return f, nil
}

// turn is a turn's row.
type turn struct {
	number      uint64
	status      store.Status
	requestHash []byte
	committed   bool
	ended       time.Time
	result      llm.Result
	// dead says that the turn can be taken over, if it is pending.
	dead bool
}

// isDead tells at the time ?3 whether the turn t could be taken over: its own
// deadline has passed, or its holder has no lease (any more).
const isDead = `(t.deadline_at <= ?3 OR NOT EXISTS (
	SELECT 1 FROM holders h WHERE h.holder = t.holder AND h.expires_at > ?3))`

const selectTurn = `
	SELECT t.turn, t.status, t.request_hash, t.window_messages > 0, coalesce(t.ended_at, 0),
	       t.model, t.finish_reason, t.prompt_tokens, t.completion_tokens, ` + isDead + `
	FROM turns t
	WHERE t.tenant = ?1 AND t.conversation = ?2 AND `

func (t *transaction) turnByNumber(scope store.Scope, number uint64, at time.Time) (*turn, error) {
	return t.turn(selectTurn+`t.turn = ?4`, scope, at, int64(number))
}

func (t *transaction) turnByToken(scope store.Scope, token store.Token, at time.Time) (*turn, error) {
	return t.turn(selectTurn+`t.token = ?4`, scope, at, token[:])
}

// turnByKey finds the turn that holds an idempotency key.
func (t *transaction) turnByKey(scope store.Scope, key string, at time.Time) (*turn, error) {
	return t.turn(selectTurn+`t.idempotency_key = ?4
		AND t.idempotency_key <> '' AND t.status IN ('pending', 'complete')`, scope, at, key)
}

// turn gives the turn that a query finds, or nil.
func (t *transaction) turn(query string, scope store.Scope, at time.Time, which any) (*turn, error) {
	var found turn
	var ended int64
	err := t.scan(query, values(scope.Tenant, scope.Conversation, at.UnixNano(), which),
		&found.number, &found.status, &found.requestHash, &found.committed, &ended,
		&found.result.Model, &found.result.FinishReason,
		&found.result.Usage.PromptTokens, &found.result.Usage.CompletionTokens, &found.dead)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("read a turn: %w", err)
	}
	found.ended = timeOf(ended)
	return &found, nil
}

// insertTurn makes the turn the pending one of its conversation, which it
// creates if the turn is the first.
func (t *transaction) insertTurn(request store.BeginTurn, number uint64, at time.Time) error {
	var metadata []byte
	if len(request.Metadata) > 0 {
		metadata = request.Metadata
	}
	_, err := t.exec(`
		INSERT INTO conversations
			(tenant, conversation, last_turn, pending_token, user_id, metadata, created_at, updated_at)
		VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?7)
		ON CONFLICT (tenant, conversation) DO UPDATE SET
			last_turn = excluded.last_turn, pending_token = excluded.pending_token,
			metadata = coalesce(excluded.metadata, metadata), updated_at = excluded.updated_at`,
		request.Tenant, request.Conversation, int64(number), request.Token[:], request.UserID, metadata, at.UnixNano())
	if err != nil {
		return fmt.Errorf("write the conversation: %w", err)
	}
	_, err = t.exec(`
		INSERT INTO turns
			(tenant, conversation, turn, token, status, holder, deadline_at,
			 idempotency_key, request_hash, window_bytes, started_at)
		VALUES (?1, ?2, ?3, ?4, 'pending', ?5, ?6, ?7, ?8, ?9, ?10)`,
		request.Tenant, request.Conversation, int64(number), request.Token[:], request.Holder,
		at.Add(request.Timeout).UnixNano(), request.IdempotencyKey, blob(request.RequestHash),
		request.UserMessage.Size(), at.UnixNano())
	if err != nil {
		return fmt.Errorf("write the turn: %w", err)
	}
	return t.insertMessage(request.Scope, number, 0, request.UserMessage, at)
}

// interrupt ends a turn that is taken over.
func (t *transaction) interrupt(scope store.Scope, number uint64, at time.Time) error {
	_, err := t.exec(`
		UPDATE turns SET status = 'interrupted', ended_at = ?4
		WHERE tenant = ?1 AND conversation = ?2 AND turn = ?3`,
		scope.Tenant, scope.Conversation, int64(number), at.UnixNano())
	if err != nil {
		return fmt.Errorf("interrupt the turn before: %w", err)
	}
	return nil
}
