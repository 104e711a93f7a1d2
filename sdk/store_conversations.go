package sdk

import (
	"context"

	"github.com/bothost/bothost/sdk/fault"
	"github.com/bothost/bothost/sdk/internal/wire"
	pluginv1 "github.com/bothost/bothost/sdk/plugin/v1"
	"github.com/bothost/bothost/sdk/store"
)

// conversationServer translates the calls of the conversation store.
type conversationServer struct {
	pluginv1.UnimplementedConversationStoreServiceServer
	use func(instance string) (store.Conversations, func(), error)
}

func (s *conversationServer) BeginTurn(ctx context.Context, r *pluginv1.BeginTurnRequest) (*pluginv1.BeginTurnResponse, error) {
	conversations, done, err := s.use(r.GetInstance())
	if err != nil {
		return nil, err
	}
	defer done()
	request, err := wire.FromBeginTurn(r)
	if err != nil {
		return nil, err
	}
	outcome, err := conversations.BeginTurn(ctx, request)
	if err != nil {
		return nil, err
	}
	return wire.ToBeginOutcome(outcome)
}

func (s *conversationServer) CommitTurn(ctx context.Context, r *pluginv1.CommitTurnRequest) (*pluginv1.CommitTurnResponse, error) {
	conversations, done, err := s.use(r.GetInstance())
	if err != nil {
		return nil, err
	}
	defer done()
	request, err := wire.FromCommitTurn(r)
	if err != nil {
		return nil, err
	}
	committed, err := conversations.CommitTurn(ctx, request)
	if err != nil {
		return nil, err
	}
	return wire.ToCommitted(committed), nil
}

func (s *conversationServer) FailTurn(ctx context.Context, r *pluginv1.FailTurnRequest) (*pluginv1.FailTurnResponse, error) {
	conversations, done, err := s.use(r.GetInstance())
	if err != nil {
		return nil, err
	}
	defer done()
	request, err := wire.FromFailTurn(r)
	if err != nil {
		return nil, err
	}
	return &pluginv1.FailTurnResponse{}, conversations.FailTurn(ctx, request)
}

func (s *conversationServer) AwaitTurn(ctx context.Context, r *pluginv1.AwaitTurnRequest) (*pluginv1.AwaitTurnResponse, error) {
	conversations, scope, done, err := s.useScope(r.GetInstance(), r.GetScope())
	if err != nil {
		return nil, err
	}
	defer done()
	awaiter, ok := conversations.(store.Awaiter)
	if !ok {
		return nil, fault.New(fault.Unsupported, "this store cannot tell when a turn ends")
	}
	timeout := r.GetTimeout().AsDuration()
	if timeout <= 0 || timeout > store.MaxAwait {
		return nil, fault.New(fault.Invalid, "a turn is awaited for up to %v, not for %v", store.MaxAwait, timeout)
	}
	return &pluginv1.AwaitTurnResponse{}, awaiter.AwaitTurn(ctx, scope, r.GetTurn(), timeout)
}

func (s *conversationServer) Heartbeat(ctx context.Context, r *pluginv1.HeartbeatRequest) (*pluginv1.HeartbeatResponse, error) {
	conversations, done, err := s.use(r.GetInstance())
	if err != nil {
		return nil, err
	}
	defer done()
	return &pluginv1.HeartbeatResponse{}, conversations.Heartbeat(ctx, r.GetHolder(), r.GetTtl().AsDuration())
}

func (s *conversationServer) Retire(ctx context.Context, r *pluginv1.RetireRequest) (*pluginv1.RetireResponse, error) {
	conversations, done, err := s.use(r.GetInstance())
	if err != nil {
		return nil, err
	}
	defer done()
	return &pluginv1.RetireResponse{}, conversations.Retire(ctx, r.GetHolder())
}

func (s *conversationServer) GetConversation(ctx context.Context, r *pluginv1.GetConversationRequest) (*pluginv1.GetConversationResponse, error) {
	conversations, scope, done, err := s.useScope(r.GetInstance(), r.GetScope())
	if err != nil {
		return nil, err
	}
	defer done()
	conversation, err := conversations.GetConversation(ctx, scope)
	if err != nil {
		return nil, err
	}
	return &pluginv1.GetConversationResponse{Conversation: wire.ToConversation(conversation)}, nil
}

func (s *conversationServer) ListConversations(ctx context.Context, r *pluginv1.ListConversationsRequest) (*pluginv1.ListConversationsResponse, error) {
	conversations, done, err := s.use(r.GetInstance())
	if err != nil {
		return nil, err
	}
	defer done()
	page, err := conversations.ListConversations(ctx, store.ListConversations{
		Tenant: r.GetTenant(), UserID: r.GetUserId(), Limit: int(r.GetLimit()), After: r.GetAfter(),
	})
	if err != nil {
		return nil, err
	}
	response := &pluginv1.ListConversationsResponse{Next: page.Next}
	for _, conversation := range page.Items {
		response.Conversations = append(response.Conversations, wire.ToConversation(conversation))
	}
	return response, nil
}

func (s *conversationServer) ListMessages(ctx context.Context, r *pluginv1.ListMessagesRequest) (*pluginv1.ListMessagesResponse, error) {
	conversations, scope, done, err := s.useScope(r.GetInstance(), r.GetScope())
	if err != nil {
		return nil, err
	}
	defer done()
	page, err := conversations.ListMessages(ctx, store.ListMessages{
		Scope: scope, Limit: int(r.GetLimit()), After: r.GetAfter(),
	})
	if err != nil {
		return nil, err
	}
	return wire.ToStoredMessages(page)
}

func (s *conversationServer) DeleteConversation(ctx context.Context, r *pluginv1.DeleteConversationRequest) (*pluginv1.DeleteConversationResponse, error) {
	conversations, scope, done, err := s.useScope(r.GetInstance(), r.GetScope())
	if err != nil {
		return nil, err
	}
	defer done()
	return &pluginv1.DeleteConversationResponse{}, conversations.DeleteConversation(ctx, scope)
}

func (s *conversationServer) PurgeTenant(ctx context.Context, r *pluginv1.PurgeTenantRequest) (*pluginv1.PurgeTenantResponse, error) {
	conversations, done, err := s.use(r.GetInstance())
	if err != nil {
		return nil, err
	}
	defer done()
	return &pluginv1.PurgeTenantResponse{}, conversations.PurgeTenant(ctx, r.GetTenant())
}

func (s *conversationServer) useScope(instance string, name *pluginv1.Scope) (store.Conversations, store.Scope, func(), error) {
	scope, err := wire.FromScope(name)
	if err != nil {
		return nil, scope, nil, err
	}
	conversations, done, err := s.use(instance)
	return conversations, scope, done, err
}
