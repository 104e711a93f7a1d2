package sqlite

import (
	"context"
	"fmt"

	"github.com/bothost/bothost/sdk/store"
)

// DeleteConversation implements store.Conversations. With the conversation goes
// the pending token, so that a late commit finds nothing.
func (s *Store) DeleteConversation(ctx context.Context, scope store.Scope) error {
	return s.write(ctx, fmt.Sprintf("delete conversation %q", scope.Conversation), func(tx *transaction) error {
		deleted, err := tx.exec(`
			DELETE FROM conversations WHERE tenant = ?1 AND conversation = ?2`, scope.Tenant, scope.Conversation)
		if err != nil {
			return err
		}
		if deleted == 0 {
			return noConversation(scope)
		}
		for _, statement := range []string{
			`DELETE FROM turns WHERE tenant = ?1 AND conversation = ?2`,
			`DELETE FROM messages WHERE tenant = ?1 AND conversation = ?2`,
			`DELETE FROM memory_state WHERE tenant = ?1 AND conversation = ?2`,
		} {
			if _, err := tx.exec(statement, scope.Tenant, scope.Conversation); err != nil {
				return err
			}
		}
		return nil
	})
}

// PurgeTenant implements store.Conversations.
func (s *Store) PurgeTenant(ctx context.Context, tenant string) error {
	return s.write(ctx, fmt.Sprintf("purge the conversations of tenant %q", tenant), func(tx *transaction) error {
		for _, statement := range []string{
			`DELETE FROM conversations WHERE tenant = ?1`,
			`DELETE FROM turns WHERE tenant = ?1`,
			`DELETE FROM messages WHERE tenant = ?1`,
			`DELETE FROM memory_state WHERE tenant = ?1`,
		} {
			if _, err := tx.exec(statement, tenant); err != nil {
				return err
			}
		}
		return nil
	})
}
