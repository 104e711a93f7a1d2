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
	c, err := s.existing(scope)
	if err != nil {
		return err
	}
	c.drop()
	delete(s.tenants[scope.Tenant], scope.Conversation)
	return nil
}

// PurgeTenant implements store.Conversations.
func (s *Store) PurgeTenant(_ context.Context, tenant string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, c := range s.tenants[tenant] {
		c.drop()
	}
	delete(s.tenants, tenant)
	return nil
}
