package supervise

import (
	"context"
	"slices"
	"sync"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/keepalive"
	"google.golang.org/grpc/status"

	"github.com/bothost/bothost/sdk/plugin/handshake"
)

// channelOptions are the limits of the contract and of the plugin.
func channelOptions(limits Limits) []grpc.DialOption {
	return []grpc.DialOption{
		grpc.WithDefaultCallOptions(
			grpc.MaxCallRecvMsgSize(limits.Message),
			grpc.MaxCallSendMsgSize(limits.Message),
		),
		grpc.WithStaticStreamWindowSize(handshake.StreamWindow),
		grpc.WithStaticConnWindowSize(handshake.ConnWindow),
	}
}

// dialOptions complete what go-plugin dials with.
func (p *process) dialOptions() []grpc.DialOption {
	return append(channelOptions(p.limits),
		grpc.WithKeepaliveParams(keepalive.ClientParameters{
			Time:                handshake.KeepaliveTime,
			Timeout:             handshake.KeepaliveTimeout,
			PermitWithoutStream: true,
		}),
		grpc.WithUnaryInterceptor(settler(p.settle).intercept),
		grpc.WithChainStreamInterceptor(settler(p.settle).interceptStream, p.conns.intercept),
	)
}

// settle lets a caller whose call fell with the connection know it only when the
// rest of the host can know it too, so that a second try does not end up in the
// same process, and says that it ended; and names the limit that a message has
// gone beyond. Such errors are gRPC's own: a plugin's have a detail.
func (p *process) settle(ctx context.Context, err error) error {
	if isBroken(err) {
		waiting, cancel := context.WithTimeout(ctx, linger)
		defer cancel()
		if await(waiting, p.lost) == nil {
			return status.Error(codes.Unavailable, "its process ended: "+status.Convert(err).Message())
		}
	}
	return p.limits.explain(p.binary.Plugin, err)
}

// isBroken reports whether an error may be that of a connection.
func isBroken(err error) bool {
	failure := status.Convert(err)
	return failure.Code() == codes.Unavailable && len(failure.Details()) == 0
}

// connections remembers every connection that go-plugin makes for one process.
// It makes one, or several if it fails at first, and forgets to close those that
// failed; the stream that it opens on each gives them away.
type connections struct {
	mutex sync.Mutex
	made  []*grpc.ClientConn
}

func (c *connections) intercept(
	ctx context.Context, description *grpc.StreamDesc, conn *grpc.ClientConn, method string,
	streamer grpc.Streamer, options ...grpc.CallOption,
) (grpc.ClientStream, error) {
	c.remember(conn)
	return streamer(ctx, description, conn, method, options...)
}

func (c *connections) remember(conn *grpc.ClientConn) {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	if !slices.Contains(c.made, conn) {
		c.made = append(c.made, conn)
	}
}

// first is the connection of a process that has been started.
func (c *connections) first() *grpc.ClientConn {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	return c.made[0]
}

// close is harmless where go-plugin has closed a connection itself.
func (c *connections) close() {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	for _, conn := range c.made {
		_ = conn.Close()
	}
}
