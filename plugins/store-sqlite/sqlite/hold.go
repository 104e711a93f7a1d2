package sqlite

import (
	"fmt"
	"time"

	"github.com/bothost/bothost/sdk/store"
)

// insertTurn writes the user's message of the conversation's next turn. It
// writes nothing and says so if the conversation has met the token or the
// idempotency key before.
func (t *transaction) insertTurn(request store.BeginTurn, c fence, at time.Time) (isNew bool, err error) {
	text, parts, err := encode(request.UserMessage)
	if err != nil {
		return false, err
	}
	inserted, err := t.Exec(`
		INSERT INTO messages
			(tenant, conversation, turn, position, role, created_at, turn_bytes,
			 token, holder, deadline_at, idempotency_key, request_hash, reply_before, text, parts)
		VALUES (?1, ?2, ?3, 0, ?4, ?5, ?6, ?7, ?8, ?9, nullif(?10, ''), ?11, ?12, ?13, ?14)
		ON CONFLICT DO NOTHING`,
		request.Tenant, request.Conversation, c.lastTurn+1, string(request.UserMessage.Role), at.UnixNano(),
		request.UserMessage.Size(), request.Token[:], request.Holder, at.Add(request.Timeout).UnixNano(),
		request.IdempotencyKey, request.RequestHash, c.lastReply, text, parts)
	if err != nil {
		return false, fmt.Errorf("write the user's message: %w", err)
	}
	return inserted > 0, nil
}

// hold makes the turn the pending one of its conversation, which it creates if
// the turn is the first.
func (t *transaction) hold(request store.BeginTurn, number int64, at time.Time) error {
	var metadata []byte
	if len(request.Metadata) > 0 {
		metadata = request.Metadata
	}
	query, arguments := updateConversation, []any{
		request.Tenant, request.Conversation, number, request.Token[:], at.UnixNano(), metadata,
	}
	if number == 1 {
		query, arguments = insertConversation, append(arguments, request.UserID)
	}
	if _, err := t.Exec(query, arguments...); err != nil {
		return fmt.Errorf("write the conversation: %w", err)
	}
	return nil
}

const (
	insertConversation = `
		INSERT INTO conversations
			(tenant, conversation, last_turn, pending_token, created_at, updated_at, metadata, user_id)
		VALUES (?1, ?2, ?3, ?4, ?5, ?5, ?6, ?7)`
	updateConversation = `
		UPDATE conversations
		SET last_turn = ?3, pending_token = ?4, updated_at = ?5, metadata = coalesce(?6, metadata)
		WHERE tenant = ?1 AND conversation = ?2`
)
