package supervise

import (
	"context"

	"google.golang.org/grpc"

	pluginv1 "github.com/bothost/bothost/sdk/plugin/v1"
)

// settler says what a call of a context has failed with, once the rest of the
// host can know it too. It is given nil for what has not failed.
type settler func(ctx context.Context, err error) error

// intercept is a grpc.UnaryClientInterceptor.
func (settle settler) intercept(
	ctx context.Context, method string, request, response any, conn *grpc.ClientConn,
	invoke grpc.UnaryInvoker, options ...grpc.CallOption,
) error {
	return settle(ctx, invoke(ctx, method, request, response, conn, options...))
}

// interceptStream is a grpc.StreamClientInterceptor, for all streams but the one
// that tells of the process's end.
func (settle settler) interceptStream(
	ctx context.Context, description *grpc.StreamDesc, conn *grpc.ClientConn, method string,
	streamer grpc.Streamer, options ...grpc.CallOption,
) (grpc.ClientStream, error) {
	stream, err := streamer(ctx, description, conn, method, options...)
	if method == pluginv1.PluginService_Attach_FullMethodName {
		return stream, err
	}
	if err != nil {
		return nil, settle(ctx, err)
	}
	// The stream's own context ends with the stream.
	return settledStream{stream, func(err error) error { return settle(ctx, err) }}, nil
}

// settledStream is a stream whose failures are settled.
type settledStream struct {
	grpc.ClientStream
	settle func(error) error
}

// SendMsg implements grpc.ClientStream.
func (s settledStream) SendMsg(message any) error {
	return s.settle(s.ClientStream.SendMsg(message))
}

// RecvMsg implements grpc.ClientStream.
func (s settledStream) RecvMsg(message any) error {
	return s.settle(s.ClientStream.RecvMsg(message))
}
