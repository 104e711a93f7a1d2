package supervise

import (
	"context"
	"slices"
	"sync"

	"google.golang.org/grpc"
	"google.golang.org/grpc/keepalive"

	"github.com/bothost/bothost/sdk/plugin/handshake"
)

// dialOptions complete what go-plugin dials with.
func dialOptions(conns *connections) []grpc.DialOption {
	return []grpc.DialOption{
		grpc.WithDefaultCallOptions(
			grpc.MaxCallRecvMsgSize(handshake.MaxMessageSize),
			grpc.MaxCallSendMsgSize(handshake.MaxMessageSize),
		),
		grpc.WithKeepaliveParams(keepalive.ClientParameters{
			Time:                handshake.KeepaliveTime,
			Timeout:             handshake.KeepaliveTimeout,
			PermitWithoutStream: true,
		}),
		grpc.WithStreamInterceptor(conns.intercept),
	}
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
