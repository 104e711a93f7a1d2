package sdk

import (
	"context"
	"runtime/debug"

	"google.golang.org/grpc"
	"google.golang.org/grpc/keepalive"

	"github.com/bothost/bothost/sdk/internal/wire"
	"github.com/bothost/bothost/sdk/plugin/handshake"
	pluginv1 "github.com/bothost/bothost/sdk/plugin/v1"
)

// ServerOptions are what the plugin's gRPC server must be made with: the
// contract's limits, and the translation of panics and errors into statuses.
func (p *Plugin) ServerOptions() []grpc.ServerOption {
	return []grpc.ServerOption{
		grpc.MaxRecvMsgSize(handshake.MaxMessageSize),
		grpc.MaxSendMsgSize(handshake.MaxMessageSize),
		grpc.StaticStreamWindowSize(handshake.StreamWindow),
		grpc.StaticConnWindowSize(handshake.ConnWindow),
		grpc.KeepaliveEnforcementPolicy(keepalive.EnforcementPolicy{
			MinTime: handshake.KeepaliveMinTime, PermitWithoutStream: true,
		}),
		grpc.ChainUnaryInterceptor(p.unary),
		grpc.ChainStreamInterceptor(p.stream),
	}
}

func (p *Plugin) unary(ctx context.Context, request any, _ *grpc.UnaryServerInfo, handler grpc.UnaryHandler) (response any, err error) {
	defer func() { err = wire.ToStatus(err) }()
	ctx = answering(ctx, p.logger, request)
	defer recoverAs(ctx, &err)
	return handler(ctx, request)
}

func (p *Plugin) stream(server any, stream grpc.ServerStream, _ *grpc.StreamServerInfo, handler grpc.StreamHandler) (err error) {
	defer func() { err = wire.ToStatus(err) }()
	answered := &answeredStream{ServerStream: stream, logger: p.logger, ctx: answering(stream.Context(), p.logger, nil)}
	defer func() {
		if value := recover(); value != nil {
			err = panicked(answered.ctx, value)
		}
	}()
	return handler(server, answered)
}

func stack() string { return string(debug.Stack()) }

// pluginServer is the service that all kinds have in common.
type pluginServer struct {
	pluginv1.UnimplementedPluginServiceServer
	plugin *Plugin
}

func (s *pluginServer) Describe(context.Context, *pluginv1.DescribeRequest) (*pluginv1.DescribeResponse, error) {
	return s.plugin.describe, nil
}

func (s *pluginServer) Open(ctx context.Context, r *pluginv1.OpenRequest) (*pluginv1.OpenResponse, error) {
	return s.plugin.opened.open(ctx, openCall{
		id: r.GetInstance(), config: r.GetConfig(), dataDir: r.GetDataDir(), logger: s.plugin.logger,
	})
}

func (s *pluginServer) Close(_ context.Context, r *pluginv1.CloseRequest) (*pluginv1.CloseResponse, error) {
	s.plugin.opened.close(r.GetInstance())
	return &pluginv1.CloseResponse{}, nil
}

func (s *pluginServer) Check(ctx context.Context, r *pluginv1.CheckRequest) (*pluginv1.CheckResponse, error) {
	summary, err := s.plugin.opened.check(ctx, r.GetInstance(), r.GetOptions())
	if err != nil {
		return nil, err
	}
	return &pluginv1.CheckResponse{Summary: summary}, nil
}

// Attach is the lifeline: its end in a process that a host has started ends the
// process.
func (s *pluginServer) Attach(_ *pluginv1.AttachRequest, stream grpc.ServerStreamingServer[pluginv1.AttachResponse]) error {
	s.plugin.lifeline.attached()
	defer s.plugin.lifeline.letGo()
	if err := stream.Send(&pluginv1.AttachResponse{}); err != nil {
		return err
	}
	<-stream.Context().Done()
	return nil
}
