package sdk

import (
	"context"

	"github.com/hashicorp/go-hclog"
	"google.golang.org/grpc"

	pluginv1 "github.com/bothost/bothost/sdk/plugin/v1"
)

// Logger is the plugin's logger during a call, of whose context it is made: what
// it writes says which tenant, conversation and turn it is about, as far as the
// call is about any. The context of anything else gives hclog's default logger.
func Logger(ctx context.Context) hclog.Logger {
	current, ok := ctx.Value(callKey{}).(call)
	if !ok {
		return hclog.L()
	}
	var tags []any
	if tenant := current.scope.GetTenant(); tenant != "" {
		tags = append(tags, "tenant", tenant)
	}
	if conversation := current.scope.GetConversation(); conversation != "" {
		tags = append(tags, "conversation", conversation)
	}
	if turn := current.scope.GetTurn(); turn != 0 {
		tags = append(tags, "turn", turn)
	}
	return current.logger.With(tags...)
}

// call is one that is being answered.
type call struct {
	logger hclog.Logger
	scope  *pluginv1.Scope
}

type callKey struct{}

// answering is the context in which a request is answered.
func answering(ctx context.Context, logger hclog.Logger, request any) context.Context {
	current := call{logger: logger}
	if scoped, ok := request.(interface{ GetScope() *pluginv1.Scope }); ok {
		current.scope = scoped.GetScope()
	}
	return context.WithValue(ctx, callKey{}, current)
}

// answeredStream is a stream whose context knows the request, once that is there.
type answeredStream struct {
	grpc.ServerStream
	logger hclog.Logger
	ctx    context.Context //nolint:containedctx // what Context returns
}

// Context implements grpc.ServerStream.
func (s *answeredStream) Context() context.Context { return s.ctx }

// RecvMsg implements grpc.ServerStream.
func (s *answeredStream) RecvMsg(request any) error {
	err := s.ServerStream.RecvMsg(request)
	s.ctx = answering(s.ServerStream.Context(), s.logger, request)
	return err
}
