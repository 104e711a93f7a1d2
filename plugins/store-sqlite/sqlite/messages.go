package sqlite

import (
	"fmt"
	"time"

	"github.com/bothost/bothost/plugins/store-sqlite/internal/engine"
	"github.com/bothost/bothost/sdk/message"
	"github.com/bothost/bothost/sdk/store"
)

// insertReply writes one message of a commit. size is that of the replies up to
// its end.
func (t *transaction) insertReply(request store.CommitTurn, turn int64, position, size int, at time.Time) error {
	reply := request.Messages[position-1]
	text, parts, err := encode(reply)
	if err != nil {
		return err
	}
	query, arguments := insertReply, []any{
		request.Tenant, request.Conversation, turn, position, string(reply.Role), at.UnixNano(),
		size, string(request.Status), text, parts,
	}
	if position == 1 {
		query, arguments = insertFirstReply, append(arguments, request.Result.Model, request.Result.FinishReason,
			request.Result.Usage.PromptTokens, request.Result.Usage.CompletionTokens)
	}
	if _, err := t.Exec(query, arguments...); err != nil {
		return fmt.Errorf("write a reply: %w", err)
	}
	return nil
}

const (
	// sizeBefore is the size of the user's message.
	sizeBefore = `(SELECT turn_bytes FROM messages
		WHERE tenant = ?1 AND conversation = ?2 AND turn = ?3 AND position = 0)`

	insertReply = `
		INSERT INTO messages
			(tenant, conversation, turn, position, role, created_at, turn_bytes, status, text, parts)
		VALUES (?1, ?2, ?3, ?4, ?5, ?6, ` + sizeBefore + ` + ?7, ?8, ?9, ?10)`

	insertFirstReply = `
		INSERT INTO messages
			(tenant, conversation, turn, position, role, created_at, turn_bytes, status, text, parts,
			 model, finish_reason, prompt_tokens, completion_tokens)
		VALUES (?1, ?2, ?3, ?4, ?5, ?6, ` + sizeBefore + ` + ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14)`
)

// replies gives the messages of a turn after the user's.
func (t *transaction) replies(scope store.Scope, turn int64) (replies []message.Message, err error) {
	rows := t.Rows(`
		SELECT role, text, parts FROM messages
		WHERE tenant = ?1 AND conversation = ?2 AND turn = ?3 AND position > 0
		ORDER BY position`,
		scope.Tenant, scope.Conversation, turn)
	for row, err := range rows {
		if err != nil {
			return nil, fmt.Errorf("read the replies: %w", err)
		}
		reply, err := decode(row, 0)
		if err != nil {
			return nil, err
		}
		replies = append(replies, reply)
	}
	return replies, nil
}

// encode gives the two columns of a message's content, of which one is NULL.
func encode(m message.Message) (text, parts any, err error) {
	if len(m.Parts) == 1 {
		if only, ok := m.Parts[0].(message.Text); ok {
			return string(only), nil, nil
		}
	}
	encoded, err := message.EncodeParts(m.Parts)
	return nil, string(encoded), err
}

// decode reads a message from the columns role, text and parts.
func decode(row engine.Row, first int) (message.Message, error) {
	role := message.Role(row.Text(first))
	if !row.IsNull(first + 1) {
		return message.New(role, row.Text(first+1)), nil
	}
	parts, err := message.DecodeParts(row.Blob(first + 2))
	return message.Message{Role: role, Parts: parts}, err
}
