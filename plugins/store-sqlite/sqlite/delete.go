package sqlite

import (
	"context"
	"fmt"

	"github.com/bothost/bothost/sdk/store"
)

// DeleteConversation implements store.Conversations. With the conversation goes
// the pending token, so that a late commit finds nothing.
func (s *Store) DeleteConversation(ctx context.Context, scope store.Scope) error {
	err := s.write(ctx, fmt.Sprintf("delete conversation %q", scope.Conversation), func(tx *transaction) error {
		deleted, err := tx.Exec(`
			DELETE FROM conversations WHERE tenant = ?1 AND conversation = ?2`, scope.Tenant, scope.Conversation)
		if err != nil {
			return err
		}
		if deleted == 0 {
			return noConversation(scope)
		}
		for _, statement := range []string{
			`DELETE FROM messages WHERE tenant = ?1 AND conversation = ?2`,
			`DELETE FROM memory_state WHERE tenant = ?1 AND conversation = ?2`,
		} {
			if _, err := tx.Exec(statement, scope.Tenant, scope.Conversation); err != nil {
				return err
			}
		}
		return nil
	})
	if err == nil {
		s.waiting.wake(scope)
	}
	return err
}

// PurgeTenant implements store.Conversations.
func (s *Store) PurgeTenant(ctx context.Context, tenant string) error {
	err := s.write(ctx, fmt.Sprintf("purge the conversations of tenant %q", tenant), func(tx *transaction) error {
		for _, statement := range []string{
			`DELETE FROM conversations WHERE tenant = ?1`,
			`DELETE FROM messages WHERE tenant = ?1`,
			`DELETE FROM memory_state WHERE tenant = ?1`,
		} {
			if _, err := tx.Exec(statement, tenant); err != nil {
				return err
			}
		}
		return nil
	})
	if err == nil {
		s.waiting.wakeTenant(tenant)
	}
	return err
}
