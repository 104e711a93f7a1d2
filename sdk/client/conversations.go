package client

import (
	"context"
	"time"

	"google.golang.org/protobuf/types/known/durationpb"

	"github.com/bothost/bothost/sdk/fault"
	"github.com/bothost/bothost/sdk/internal/wire"
	pluginv1 "github.com/bothost/bothost/sdk/plugin/v1"
	"github.com/bothost/bothost/sdk/store"
)

// Conversations is an instance of a store plugin.
type Conversations struct{ Instance }

var (
	_ store.Conversations = Conversations{}
	_ store.Awaiter       = Conversations{}
)

func (c Conversations) service() pluginv1.ConversationStoreServiceClient {
	return pluginv1.NewConversationStoreServiceClient(c.Conn)
}

// BeginTurn implements store.Conversations.
func (c Conversations) BeginTurn(ctx context.Context, request store.BeginTurn) (store.BeginOutcome, error) {
	wireRequest, err := wire.ToBeginTurn(c.ID, request)
	if err != nil {
		return nil, fault.New(fault.Invalid, "%w", err)
	}
	response, err := c.service().BeginTurn(ctx, wireRequest)
	if err != nil {
		return nil, Error(err)
	}
	outcome, err := wire.FromBeginOutcome(response)
	if err != nil {
		return nil, broken("begin turn", err)
	}
	return outcome, nil
}

// CommitTurn implements store.Conversations.
func (c Conversations) CommitTurn(ctx context.Context, request store.CommitTurn) (store.Committed, error) {
	wireRequest, err := wire.ToCommitTurn(c.ID, request)
	if err != nil {
		return store.Committed{}, fault.New(fault.Invalid, "%w", err)
	}
	response, err := c.service().CommitTurn(ctx, wireRequest)
	if err != nil {
		return store.Committed{}, Error(err)
	}
	return wire.FromCommitted(response), nil
}

// FailTurn implements store.Conversations.
func (c Conversations) FailTurn(ctx context.Context, request store.FailTurn) error {
	_, err := c.service().FailTurn(ctx, wire.ToFailTurn(c.ID, request))
	return Error(err)
}

// AwaitTurn implements store.Awaiter. It is Unsupported where the store cannot
// tell when a turn ends.
func (c Conversations) AwaitTurn(ctx context.Context, scope store.Scope, turn uint64, timeout time.Duration) error {
	_, err := c.service().AwaitTurn(ctx, &pluginv1.AwaitTurnRequest{
		Instance: c.ID, Scope: wire.ToScope(scope), Turn: turn, Timeout: durationpb.New(timeout),
	})
	return Error(err)
}

// Heartbeat implements store.Conversations.
func (c Conversations) Heartbeat(ctx context.Context, holder string, ttl time.Duration) error {
	request := &pluginv1.HeartbeatRequest{Instance: c.ID, Holder: holder, Ttl: durationpb.New(ttl)}
	_, err := c.service().Heartbeat(ctx, request)
	return Error(err)
}

// Retire implements store.Conversations.
func (c Conversations) Retire(ctx context.Context, holder string) error {
	_, err := c.service().Retire(ctx, &pluginv1.RetireRequest{Instance: c.ID, Holder: holder})
	return Error(err)
}

// GetConversation implements store.Conversations.
func (c Conversations) GetConversation(ctx context.Context, scope store.Scope) (store.Conversation, error) {
	request := &pluginv1.GetConversationRequest{Instance: c.ID, Scope: wire.ToScope(scope)}
	response, err := c.service().GetConversation(ctx, request)
	if err != nil {
		return store.Conversation{}, Error(err)
	}
	return wire.FromConversation(response.GetConversation()), nil
}

// ListConversations implements store.Conversations.
func (c Conversations) ListConversations(ctx context.Context, request store.ListConversations) (store.Page[store.Conversation], error) {
	response, err := c.service().ListConversations(ctx, &pluginv1.ListConversationsRequest{
		Instance: c.ID, Tenant: request.Tenant, UserId: request.UserID,
		Limit: uint32(max(request.Limit, 0)), After: request.After,
	})
	if err != nil {
		return store.Page[store.Conversation]{}, Error(err)
	}
	page := store.Page[store.Conversation]{Next: response.GetNext()}
	for _, conversation := range response.GetConversations() {
		page.Items = append(page.Items, wire.FromConversation(conversation))
	}
	return page, nil
}

// ListMessages implements store.Conversations.
func (c Conversations) ListMessages(ctx context.Context, request store.ListMessages) (store.Page[store.StoredMessage], error) {
	response, err := c.service().ListMessages(ctx, &pluginv1.ListMessagesRequest{
		Instance: c.ID, Scope: wire.ToScope(request.Scope),
		Limit: uint32(max(request.Limit, 0)), After: request.After,
	})
	if err != nil {
		return store.Page[store.StoredMessage]{}, Error(err)
	}
	page, err := wire.FromStoredMessages(response)
	if err != nil {
		return page, broken("list messages", err)
	}
	return page, nil
}

// DeleteConversation implements store.Conversations.
func (c Conversations) DeleteConversation(ctx context.Context, scope store.Scope) error {
	request := &pluginv1.DeleteConversationRequest{Instance: c.ID, Scope: wire.ToScope(scope)}
	_, err := c.service().DeleteConversation(ctx, request)
	return Error(err)
}

// PurgeTenant implements store.Conversations.
func (c Conversations) PurgeTenant(ctx context.Context, tenant string) error {
	_, err := c.service().PurgeTenant(ctx, &pluginv1.PurgeTenantRequest{Instance: c.ID, Tenant: tenant})
	return Error(err)
}
