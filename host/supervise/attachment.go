package supervise

import (
	"context"
	"fmt"
	"net"
	"sync"

	"github.com/hashicorp/go-hclog"
	"google.golang.org/grpc"
	"google.golang.org/grpc/connectivity"

	pluginv1 "github.com/bothost/bothost/sdk/plugin/v1"
)

// attachment is the use of a process that somebody else has started, under a
// debugger perhaps. The host looks at nothing but the connection: it neither asks
// whether the process is frozen, nor ends it.
type attachment struct {
	binary Binary
	limits Limits
	calls  *callLimit
	logger hclog.Logger
	// peer is the process's id, or 0 where the system does not tell.
	peer int
	// wire is what channel speaks over, once.
	wire    net.Conn
	channel *grpc.ClientConn

	// lost is closed when the stream of Attach has ended.
	lost     chan struct{}
	detach   context.CancelFunc
	holding  sync.WaitGroup
	disposed sync.Once
}

// describeAttached asks a process what it is, without attaching to it.
func (l Launcher) describeAttached(ctx context.Context, binary Binary) (*pluginv1.DescribeResponse, error) {
	a, err := l.reach(ctx, binary)
	if err != nil {
		return nil, err
	}
	defer a.dispose()
	return a.describe(ctx)
}

// begin starts what the catalog gives, or attaches to it.
func (u *unit) begin(ctx context.Context, binary Binary) (run, error) {
	launcher := u.supervisor.settings.Launcher
	if binary.Socket == "" {
		started, err := launcher.start(ctx, binary)
		if err != nil {
			return nil, err
		}
		return started, nil
	}
	a, err := launcher.reach(ctx, binary)
	if err != nil {
		return nil, err
	}
	if err := u.meet(ctx, a); err != nil {
		a.dispose()
		return nil, err
	}
	a.logger.Info("attached to the plugin", "pid", a.peer, "socket", binary.Socket)
	return a, nil
}

// meet attaches to a process that is still, or again, what it should be.
func (u *unit) meet(ctx context.Context, a *attachment) error {
	description, err := a.describe(ctx)
	if err != nil {
		return err
	}
	if accept := u.supervisor.settings.Attached; accept != nil {
		if err := accept(u.plugin, description); err != nil {
			return errAttach(a.binary, err)
		}
	}
	return a.attach(ctx)
}

func (a *attachment) describe(ctx context.Context) (*pluginv1.DescribeResponse, error) {
	description, err := a.service().Describe(ctx, &pluginv1.DescribeRequest{})
	if err != nil {
		return nil, errCall(a.binary, err)
	}
	return description, nil
}

// attach opens the stream whose end tells each side that the other has gone.
func (a *attachment) attach(ctx context.Context) error {
	streamContext, detach := context.WithCancel(context.WithoutCancel(ctx))
	a.detach = detach
	defer context.AfterFunc(ctx, detach)()
	stream, err := a.service().Attach(streamContext, &pluginv1.AttachRequest{})
	if err == nil {
		_, err = stream.Recv()
	}
	if err != nil {
		return errCall(a.binary, err)
	}
	ready, lost := context.WithCancel(ctx)
	a.holding.Go(func() {
		defer lost()
		defer close(a.lost)
		for err == nil {
			_, err = stream.Recv()
		}
	})
	if awaitReady(ready, a.channel) != nil && ctx.Err() == nil {
		return a.end()
	}
	return ctx.Err()
}

// Attached reports whether the instance is opened in a process that somebody else
// has started, rather than in one of the supervisor's.
func (i *Instance) Attached() bool {
	binary, err := i.unit.supervisor.settings.Catalog.Binary(i.unit.plugin)
	return err == nil && binary.Socket != ""
}

func (a *attachment) program() Binary { return a.binary }

func (a *attachment) room() *callLimit { return a.calls }

func (a *attachment) conn() grpc.ClientConnInterface { return a.channel }

func (a *attachment) service() pluginv1.PluginServiceClient {
	return pluginv1.NewPluginServiceClient(a.channel)
}

func (a *attachment) done() <-chan struct{} { return a.lost }

func (a *attachment) exited() <-chan struct{} { return a.lost }

func (a *attachment) connected() bool { return a.channel.GetState() == connectivity.Ready }

func (a *attachment) end() error {
	return errGone(a.binary, fmt.Errorf("process %d has ended", a.peer))
}

// stop leaves the process to whom it belongs.
func (a *attachment) stop(context.Context) { a.dispose() }

func (a *attachment) dispose() {
	a.disposed.Do(func() {
		a.detach()
		_ = a.channel.Close()
		// The channel has closed it if it has ever used it.
		_ = a.wire.Close()
		a.holding.Wait()
	})
}

func (a *attachment) pid() int { return a.peer }

func (a *attachment) log() hclog.Logger { return a.logger }
