package supervise

import (
	"context"
	"sync/atomic"

	"google.golang.org/grpc"
)

// guarded is a session's way to its process: calls go through the process's limit
// and, where the session has one, through its configuration's breaker.
type guarded Session

// call is one of them while it runs.
type call struct {
	session *Session
	ctx     context.Context //nolint:containedctx // says at the end why the call has ended
	limited bool
	// suspensions is what the breaker gave.
	suspensions int
	// heard: something of a stream has come.
	heard atomic.Bool
}

func (g *guarded) begin(ctx context.Context, method string) (*call, error) {
	c := &call{session: (*Session)(g), ctx: ctx, limited: !unlimited(method)}
	var err error
	if g.configuration != "" {
		if c.suspensions, err = c.breakers().admit(g.configuration); err != nil {
			return nil, err
		}
	}
	if c.limited {
		err = c.run().room().enter(ctx)
	}
	return c, err
}

// Invoke implements grpc.ClientConnInterface.
func (g *guarded) Invoke(ctx context.Context, method string, request, response any, options ...grpc.CallOption) error {
	c, err := g.begin(ctx, method)
	if err != nil {
		return err
	}
	err = c.run().conn().Invoke(ctx, method, request, response, options...)
	c.end(err)
	return err
}

// NewStream implements grpc.ClientConnInterface. A stream is one call until gRPC
// is done with it, whether it ends, fails or is left by its reader.
func (g *guarded) NewStream(
	ctx context.Context, description *grpc.StreamDesc, method string, options ...grpc.CallOption,
) (grpc.ClientStream, error) {
	c, err := g.begin(ctx, method)
	if err != nil {
		return nil, err
	}
	stream, err := c.run().conn().NewStream(ctx, description, method, append(options, grpc.OnFinish(c.end))...)
	if err != nil {
		return nil, err
	}
	return &guardedStream{stream, c}, nil
}

// guardedStream notices that something comes.
type guardedStream struct {
	grpc.ClientStream
	call *call
}

// RecvMsg implements grpc.ClientStream.
func (s *guardedStream) RecvMsg(message any) error {
	err := s.ClientStream.RecvMsg(message)
	if err == nil && !s.call.heard.Swap(true) && s.call.suspensions > 0 {
		s.call.breakers().worked(s.call.session.configuration)
	}
	return err
}

// end is called once, when the call is over.
func (c *call) end(err error) {
	if c.limited {
		c.run().room().leave()
	}
	configuration := c.session.configuration
	if configuration == "" {
		return
	}
	switch c.outcome(err) {
	case worked:
		c.breakers().worked(configuration)
	case failed:
		c.breakers().failed(configuration, c.suspensions, c.cause(err))
	}
}

func (c *call) run() run { return c.session.opening.generation.process }

func (c *call) breakers() *breakers { return c.session.instance.unit.breakers }
