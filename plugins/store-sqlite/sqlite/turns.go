package sqlite

import (
	"fmt"
	"time"

	"github.com/bothost/bothost/plugins/store-sqlite/internal/engine"
	"github.com/bothost/bothost/sdk/llm"
	"github.com/bothost/bothost/sdk/store"
)

// fence is what a conversation's row says about its turns.
type fence struct {
	// lastTurn is 0 if there is no such conversation.
	lastTurn int64
	// lastReply is the newest turn with a reply, or 0.
	lastReply int64
	// pending is the token of the last turn while it is pending, or nil.
	pending  []byte
	hasState bool
}

func (t *transaction) fence(scope store.Scope) (f fence, err error) {
	_, err = t.First(func(row engine.Row) {
		f = fence{lastTurn: row.Int(0), lastReply: row.Int(1), pending: row.Blob(2), hasState: row.Bool(3)}
	}, `
		SELECT last_turn, last_reply, pending_token, has_state FROM conversations
		WHERE tenant = ?1 AND conversation = ?2`, scope.Tenant, scope.Conversation)
	if err != nil {
		return f, fmt.Errorf("read the conversation: %w", err)
	}
	return f, nil
}

// turn is what is known of a turn.
type turn struct {
	number      int64
	status      store.Status
	requestHash []byte
	// hasReply: it was committed, at this time and with this result.
	hasReply bool
	ended    time.Time
	result   llm.Result
	// dead says that the turn can be taken over, if it is pending.
	dead bool
}

// isDead tells at the time ?3 whether the turn t could be taken over: its own
// deadline has passed, or its holder has no lease (any more).
const isDead = `(t.deadline_at <= ?3 OR NOT EXISTS (
	SELECT 1 FROM holders h WHERE h.holder = t.holder AND h.expires_at > ?3))`

// withReply adds the first reply r to the user's message t, if there is one.
const withReply = `
	LEFT JOIN messages r ON t.position = 0 AND r.tenant = t.tenant AND r.conversation = t.conversation
		AND r.turn = t.turn AND r.position = 1`

const selectTurn = `
	SELECT t.turn, coalesce(t.status, r.status, 'pending'), t.request_hash, r.position IS NOT NULL, r.created_at,
	       r.model, r.finish_reason, r.prompt_tokens, r.completion_tokens, ` + isDead + `
	FROM messages t` + withReply + `
	WHERE t.tenant = ?1 AND t.conversation = ?2 AND `

func (t *transaction) turnByNumber(scope store.Scope, number int64, at time.Time) (*turn, error) {
	return t.turn(selectTurn+`t.turn = ?4 AND t.position = 0`, scope, at, number)
}

func (t *transaction) turnByToken(scope store.Scope, token store.Token, at time.Time) (*turn, error) {
	return t.turn(selectTurn+`t.token = ?4`, scope, at, token[:])
}

// turnByKey finds the turn that holds an idempotency key.
func (t *transaction) turnByKey(scope store.Scope, key string, at time.Time) (*turn, error) {
	return t.turn(selectTurn+`t.idempotency_key = ?4 AND t.status IS NULL`, scope, at, key)
}

// turn gives the turn that a query finds, or nil.
func (t *transaction) turn(query string, scope store.Scope, at time.Time, which any) (*turn, error) {
	var found turn
	ok, err := t.First(func(row engine.Row) {
		found = turn{
			number: row.Int(0), status: store.Status(row.Text(1)), requestHash: row.Blob(2),
			hasReply: row.Bool(3), ended: timeOf(row.Int(4)),
			result: llm.Result{Model: row.Text(5), FinishReason: row.Text(6), Usage: llm.Usage{
				PromptTokens: row.Int(7), CompletionTokens: row.Int(8),
			}},
			dead: row.Bool(9),
		}
	}, query, scope.Tenant, scope.Conversation, at.UnixNano(), which)
	if err != nil {
		return nil, fmt.Errorf("read a turn: %w", err)
	}
	if !ok {
		return nil, nil
	}
	return &found, nil
}
