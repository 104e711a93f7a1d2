package sqlite

import (
	"fmt"
	"time"

	"github.com/bothost/bothost/sdk/message"
	"github.com/bothost/bothost/sdk/store"
)

func (t *transaction) insertMessage(scope store.Scope, turn uint64, position int, m message.Message, at time.Time) error {
	parts, err := message.EncodeParts(m.Parts)
	if err != nil {
		return err
	}
	_, err = t.exec(`
		INSERT INTO messages (tenant, conversation, turn, position, role, parts, created_at)
		VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)`,
		scope.Tenant, scope.Conversation, int64(turn), position, string(m.Role), string(parts), at.UnixNano())
	if err != nil {
		return fmt.Errorf("write a message: %w", err)
	}
	return nil
}

// replies gives the messages of a turn after the user's.
func (t *transaction) replies(scope store.Scope, turn uint64) ([]message.Message, error) {
	rows, err := t.rows(`
		SELECT role, parts FROM messages
		WHERE tenant = ?1 AND conversation = ?2 AND turn = ?3 AND position > 0
		ORDER BY position`,
		scope.Tenant, scope.Conversation, int64(turn))
	if err != nil {
		return nil, fmt.Errorf("read the replies: %w", err)
	}
	return gather(rows, func(row scanner) (message.Message, error) {
		var reply stored
		if err := row.Scan(&reply.role, &reply.parts); err != nil {
			return message.Message{}, err
		}
		return reply.message()
	})
}

// stored is the content of a message's row.
type stored struct {
	role  string
	parts []byte
}

func (s stored) message() (message.Message, error) {
	parts, err := message.DecodeParts(s.parts)
	return message.Message{Role: message.Role(s.role), Parts: parts}, err
}
