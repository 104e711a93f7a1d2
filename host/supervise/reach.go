package supervise

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"sync/atomic"
	"syscall"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/status"

	"github.com/bothost/bothost/sdk/plugin/handshake"
)

// atLeisure is how long a process may take to answer at all: as long as a
// developer thinks.
const atLeisure = 24 * time.Hour

// reach connects to a process of this user. It is connected once: what listens on
// the same socket afterwards is another process.
func (l Launcher) reach(ctx context.Context, binary Binary) (*attachment, error) {
	l = l.withDefaults()
	wire, err := dialPrivately(ctx, binary)
	if errors.Is(err, syscall.ENOENT) || errors.Is(err, syscall.ECONNREFUSED) {
		return nil, errGone(binary, fmt.Errorf("nothing listens on %s", binary.Socket))
	}
	if err != nil {
		return nil, errAttach(binary, err)
	}
	pid, err := checkPeer(wire)
	if err != nil {
		_ = wire.Close()
		return nil, errAttach(binary, err)
	}
	limits := l.limits(binary.Plugin)
	a := &attachment{
		binary: binary, limits: limits, calls: newCallLimit(binary.Plugin, limits.Calls), logger: l.Logger.Named(binary.Plugin), peer: pid, wire: wire,
		lost: make(chan struct{}), detach: func() {},
	}
	a.channel, err = grpc.NewClient("passthrough:///"+binary.Plugin, a.dialOptions()...)
	if err != nil {
		_ = wire.Close()
		return nil, errAttach(binary, err)
	}
	return a, nil
}

func dialPrivately(ctx context.Context, binary Binary) (*net.UnixConn, error) {
	attachment := handshake.Attachment{Plugin: binary.Plugin, Socket: binary.Socket}
	if err := attachment.CheckSocket(); err != nil {
		return nil, err
	}
	wire, err := (&net.Dialer{}).DialContext(ctx, "unix", binary.Socket)
	if err != nil {
		return nil, err
	}
	unix, ok := wire.(*net.UnixConn)
	if !ok {
		return nil, errors.Join(fmt.Errorf("%s is no Unix socket", binary.Socket), wire.Close())
	}
	return unix, nil
}

// checkPeer gives the id of the process at the other end, which must be this
// user's.
func checkPeer(wire *net.UnixConn) (pid int, err error) {
	pid, uid, err := peer(wire)
	if err != nil {
		return 0, fmt.Errorf("find out who listens: %w", err)
	}
	if uid != os.Geteuid() {
		return 0, fmt.Errorf("process %d belongs to user %d", pid, uid)
	}
	return pid, nil
}

// dialOptions are those of a started process, but for the keepalive: it would take
// a process at a breakpoint for frozen.
func (a *attachment) dialOptions() []grpc.DialOption {
	var used atomic.Bool
	return append(channelOptions(a.limits),
		grpc.WithTransportCredentials(insecure.NewCredentials()),
		grpc.WithConnectParams(grpc.ConnectParams{MinConnectTimeout: atLeisure}),
		grpc.WithIdleTimeout(0),
		grpc.WithContextDialer(func(context.Context, string) (net.Conn, error) {
			if used.Swap(true) {
				return nil, errors.New("the process has ended")
			}
			return a.wire, nil
		}),
		grpc.WithUnaryInterceptor(settler(a.settle).intercept),
		grpc.WithStreamInterceptor(settler(a.settle).interceptStream),
	)
}

// settle says of a call that fell with the connection what has happened, when the
// rest of the host can know it too; and of one with a message beyond the limit.
func (a *attachment) settle(ctx context.Context, err error) error {
	if !isBroken(err) {
		return a.limits.explain(a.binary.Plugin, err)
	}
	waiting, cancel := context.WithTimeout(ctx, linger)
	defer cancel()
	if await(waiting, a.lost) != nil {
		return err
	}
	return status.Error(codes.Unavailable, a.end().Error())
}
