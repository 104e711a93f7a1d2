package postgres_test

import (
	"testing"

	"github.com/bothost/bothost/sdk/fault"
	"github.com/bothost/bothost/sdk/store"
)

var scope = store.Scope{Tenant: "acme", Conversation: "c1"}

func TestTurns(t *testing.T) {
	t.Parallel()
	s := openNew(t)
	beat(t, s)
	for i := range 3 {
		begun := turn(t, s, scope, "hello")
		if begun.Turn != uint64(i+1) || len(begun.History) != 2*i {
			t.Fatalf("turn %d: got turn %d with %d messages", i+1, begun.Turn, len(begun.History))
		}
	}
	page, err := s.ListMessages(t.Context(), store.ListMessages{Scope: scope, Limit: 4})
	if err != nil || len(page.Items) != 4 || page.Next == "" {
		t.Fatalf("ListMessages = %+v, %v", page, err)
	}
	page, err = s.ListMessages(t.Context(), store.ListMessages{Scope: scope, Limit: 4, After: page.Next})
	if err != nil || len(page.Items) != 2 || page.Next != "" {
		t.Fatalf("ListMessages = %+v, %v", page, err)
	}
	list, err := s.ListConversations(t.Context(), store.ListConversations{Tenant: "acme", Limit: 1})
	if err != nil || len(list.Items) != 1 || list.Items[0].Turns != 3 {
		t.Fatalf("ListConversations = %+v, %v", list, err)
	}
	if err := s.DeleteConversation(t.Context(), scope); err != nil {
		t.Fatal(err)
	}
	if _, err := s.ListMessages(t.Context(), store.ListMessages{Scope: scope, Limit: 4}); !fault.Is(err, fault.NotFound) {
		t.Fatalf("after the deletion: %v", err)
	}
}

func TestRegistry(t *testing.T) {
	t.Parallel()
	s := openNew(t)
	tenant, created, err := s.PutTenant(t.Context(), store.PutTenant{Name: "acme", Config: []byte(`{"a": 1}`)})
	if err != nil || !created || tenant.Revision != 1 || string(tenant.Config) != `{"a": 1}` || tenant.UID == "" {
		t.Fatalf("PutTenant = %+v, %v, %v", tenant, created, err)
	}
	key, err := s.CreateKey(t.Context(), store.APIKey{ID: "k1", Tenant: "acme", Hash: []byte{1}})
	if err != nil || key.TenantUID != tenant.UID {
		t.Fatalf("CreateKey = %+v, %v", key, err)
	}
	if err := s.DeleteTenant(t.Context(), "acme", false); err != nil {
		t.Fatal(err)
	}
	if _, err := s.GetKey(t.Context(), "k1"); !fault.Is(err, fault.NotFound) {
		t.Fatalf("GetKey after the deletion: %v", err)
	}
	_, _, err = s.PutTenant(t.Context(), store.PutTenant{Name: "acme", Config: []byte(`{}`)})
	if !fault.HasReason(err, fault.TenantDeleted) {
		t.Fatalf("PutTenant on a tombstone: %v", err)
	}
}
