package memstore

import (
	"context"

	"github.com/bothost/bothost/sdk/store"
)

// DeleteConversation implements store.Conversations. With the conversation goes
// the pending token, so that a late commit finds nothing.
func (s *Store) DeleteConversation(_ context.Context, scope store.Scope) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if _, err := s.existing(scope); err != nil {
		return err
	}
	delete(s.tenants[scope.Tenant], scope.Conversation)
	return nil
}

// PurgeTenant implements store.Conversations.
func (s *Store) PurgeTenant(_ context.Context, tenant string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.tenants, tenant)
	return nil
}
