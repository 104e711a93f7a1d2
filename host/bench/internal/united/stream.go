package united

import (
	"context"
	"io"

	"google.golang.org/grpc"
)

// ahead is how many answers of a stream may wait for their reader.
const ahead = 64

// stream is the caller's end of a call that has one request and many answers.
type stream struct {
	grpc.ClientStream
	ctx     context.Context //nolint:containedctx // gRPC's streams have theirs
	method  method
	answers chan any
	// err is set before answers is closed.
	err error
}

// SendMsg begins the call, which ends with its context at the latest.
func (s *stream) SendMsg(request any) error {
	go func() {
		defer close(s.answers)
		s.err = s.method.stream(s.method.service, &service{stream: s, request: request})
	}()
	return nil
}

// CloseSend implements grpc.ClientStream.
func (s *stream) CloseSend() error { return nil }

// RecvMsg implements grpc.ClientStream.
func (s *stream) RecvMsg(into any) error {
	select {
	case answer, ok := <-s.answers:
		switch {
		case ok:
			return assign(into, answer)
		case s.err != nil:
			return s.err
		}
		return io.EOF
	case <-s.ctx.Done():
		return s.ctx.Err()
	}
}

// service is the plugin's end of it.
type service struct {
	grpc.ServerStream
	stream  *stream
	request any
}

// Context implements grpc.ServerStream.
func (s *service) Context() context.Context { return s.stream.ctx }

// RecvMsg implements grpc.ServerStream.
func (s *service) RecvMsg(into any) error { return assign(into, s.request) }

// SendMsg implements grpc.ServerStream.
func (s *service) SendMsg(answer any) error {
	select {
	case s.stream.answers <- answer:
		return nil
	case <-s.stream.ctx.Done():
		return s.stream.ctx.Err()
	}
}
