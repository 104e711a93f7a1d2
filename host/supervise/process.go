package supervise

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"sync"
	"time"

	"github.com/hashicorp/go-hclog"
	"github.com/hashicorp/go-plugin"
	"github.com/hashicorp/go-plugin/runner"
	"google.golang.org/grpc"
	"google.golang.org/grpc/connectivity"
	"google.golang.org/grpc/status"

	"github.com/bothost/bothost/sdk/fault"
	"github.com/bothost/bothost/sdk/plugin/handshake"
	pluginv1 "github.com/bothost/bothost/sdk/plugin/v1"
)

const (
	// killWait is how long a killed process may take to be gone. Only one that
	// is stuck in the kernel needs it.
	killWait = 2 * time.Second
	// disposeWait bounds the release of what belonged to a process that is gone.
	disposeWait = 5 * time.Second
)

// process is one run of a plugin. It is connected and attached when it has been
// started, until exited() is closed; then it must be disposed of.
type process struct {
	binary Binary
	grace  time.Duration
	logger hclog.Logger
	output *output
	runner *processRunner
	client *plugin.Client
	conns  connections

	// lost is closed when the lifeline stream has broken, which is noticed a
	// little before the process's end. lostError is set before.
	lost      chan struct{}
	lostError error
	// detach ends the stream that tells the plugin that the host lives.
	detach   context.CancelFunc
	attached sync.WaitGroup
	disposed sync.Once
}

// start runs the plugin until it is attached, or fails and leaves nothing.
func (l Launcher) start(ctx context.Context, binary Binary) (*process, error) {
	l = l.withDefaults()
	if err := CheckSocketDir(l.SocketDir); err != nil {
		return nil, fault.New(fault.Unavailable, "%s: %w", binary.Plugin, err)
	}
	ctx, cancel := context.WithTimeout(ctx, l.StartTimeout)
	defer cancel()
	p := l.newProcess(binary)
	err := p.connect(ctx)
	if err == nil {
		err = p.attach(ctx)
	}
	if err != nil {
		err = p.startError(ctx, l.StartTimeout, err)
		p.runner.kill()
		p.stop(ctx)
		return nil, p.explain("start", err)
	}
	p.logger.Debug("plugin started", "pid", p.runner.pid())
	return p, nil
}

func (l Launcher) newProcess(binary Binary) *process {
	logger := l.Logger.Named(binary.Plugin)
	output := newOutput(logger)
	p := &process{
		binary: binary, grace: l.Grace, logger: logger, output: output,
		runner: newRunner(binary, l.environment(), output),
		lost:   make(chan struct{}),
		detach: func() {},
	}
	p.client = plugin.NewClient(p.clientConfig(l))
	return p
}

// clientConfig leaves AutoMTLS off: in a private folder it adds nothing to a
// Unix socket but time.
func (p *process) clientConfig(l Launcher) *plugin.ClientConfig {
	return &plugin.ClientConfig{
		HandshakeConfig: handshake.Config(),
		VersionedPlugins: map[int]plugin.PluginSet{
			handshake.ProtocolVersion: {handshake.PluginSet: &plugin.NetRPCUnsupportedPlugin{}},
		},
		AllowedProtocols: []plugin.Protocol{plugin.ProtocolGRPC},
		RunnerFunc: func(_ hclog.Logger, command *exec.Cmd, socketDir string) (runner.Runner, error) {
			p.runner.prepare(command.Env, socketDir)
			return p.runner, nil
		},
		SkipHostEnv: true,
		// The context of the start comes first; this is not to be reached.
		StartTimeout:     2 * l.StartTimeout,
		UnixSocketConfig: &plugin.UnixSocketConfig{TempDir: l.SocketDir},
		GRPCDialOptions:  dialOptions(&p.conns),
		// What a plugin writes to its standard streams after the handshake comes
		// over the connection: go-plugin replaces os.Stdout and os.Stderr there.
		SyncStdout: p.output.stream("stdout"),
		SyncStderr: p.output.stream("stderr"),
		// Safe only because go-plugin is given no stderr: see runner.Stderr.
		Logger: hclog.NewNullLogger(),
	}
}

// connect runs the handshake and dials. go-plugin takes no context there, and
// holds a lock all the while; killing the process is what ends it early.
func (p *process) connect(ctx context.Context) error {
	connected := make(chan error, 1)
	go func() {
		_, err := p.client.Client()
		connected <- err
	}()
	select {
	case err := <-connected:
		return err
	case <-ctx.Done():
		p.runner.kill()
		<-connected
		return ctx.Err()
	}
}

// attach opens the lifeline stream and waits for the plugin's confirmation. When
// the stream breaks the process is of no use, whatever it is doing: a stopped
// one is found by the connection's keepalive, and killed here.
func (p *process) attach(ctx context.Context) error {
	streamContext, detach := context.WithCancel(context.WithoutCancel(ctx))
	p.detach = detach
	defer context.AfterFunc(ctx, detach)()
	stream, err := p.service().Attach(streamContext, &pluginv1.AttachRequest{})
	if err != nil {
		return fmt.Errorf("attach: %w", err)
	}
	if _, err := stream.Recv(); err != nil {
		return fmt.Errorf("attach: %w", err)
	}
	p.attached.Go(func() { p.hold(streamContext, stream) })
	p.attached.Go(func() {
		// The system closes the connection of a process that ends, unless a child of
		// it has the connection too.
		<-p.exited()
		detach()
	})
	return nil
}

// hold waits for the end of the lifeline stream.
func (p *process) hold(ctx context.Context, stream grpc.ServerStreamingClient[pluginv1.AttachResponse]) {
	var err error
	for err == nil {
		_, err = stream.Recv()
	}
	p.lostError = err
	close(p.lost)
	if ctx.Err() == nil {
		p.runner.kill()
	}
}

// conn is the connection that all calls share.
func (p *process) conn() grpc.ClientConnInterface { return p.conns.first() }

// connected reports whether the connection is the one that was attached.
func (p *process) connected() bool { return p.conns.first().GetState() == connectivity.Ready }

func (p *process) service() pluginv1.PluginServiceClient {
	return pluginv1.NewPluginServiceClient(p.conn())
}

// exited is closed as soon as the process is gone.
func (p *process) exited() <-chan struct{} { return p.runner.exited }

// stop ends the process: it is told to, then, after its grace or at the
// context's end, killed. It waits for its end, within killWait, and disposes.
func (p *process) stop(ctx context.Context) {
	p.detach()
	p.runner.closeLifeline()
	if p.runner.pid() != 0 {
		p.awaitExit(ctx)
	}
	p.dispose()
}

func (p *process) awaitExit(ctx context.Context) {
	ctx, cancel := context.WithTimeout(ctx, p.grace)
	defer cancel()
	select {
	case <-p.exited():
		return
	case <-ctx.Done():
	}
	p.runner.kill()
	select {
	case <-p.exited():
	case <-time.After(killWait):
		p.logger.Error("plugin does not end although it was killed", "pid", p.runner.pid())
	}
}

// dispose releases what belonged to the process: connection, socket folder,
// goroutines. Whoever still uses the connection gets Canceled. go-plugin's Kill
// has no deadline, so it gets one here.
func (p *process) dispose() {
	p.disposed.Do(func() {
		p.detach()
		released := finished(func() {
			p.client.Kill()
			p.conns.close()
			p.attached.Wait()
			p.runner.pumps.Wait()
		})
		select {
		case <-released:
		case <-time.After(disposeWait):
			p.logger.Error("plugin's resources could not be released in time")
		}
		p.removeSockets()
		p.output.close()
	})
}

// removeSockets is for what go-plugin forgets after a failed start.
func (p *process) removeSockets() {
	if p.runner.socketDir == "" {
		return
	}
	if err := os.RemoveAll(p.runner.socketDir); err != nil {
		p.logger.Warn("socket folder of a plugin is left", "error", err)
	}
}

// startError says why a start failed: go-plugin's own words for it depend on
// which of several signs it saw first.
func (p *process) startError(ctx context.Context, limit time.Duration, err error) error {
	switch {
	case errors.Is(ctx.Err(), context.DeadlineExceeded):
		return fmt.Errorf("it did not answer within %s", limit)
	case ctx.Err() != nil:
		return ctx.Err()
	}
	select {
	case <-p.exited():
	case <-time.After(pipeLinger):
	}
	return p.runner.diagnose(err)
}

// explain makes the fault of a plugin that could not be started or asked.
func (p *process) explain(action string, err error) error {
	code := fault.Unavailable
	if errors.Is(err, context.Canceled) {
		code = fault.Canceled
	}
	return &printedError{fault.New(code, "%s %s: %w", action, p.binary.Plugin, err), p.output.tail()}
}

// end says how a process ended that was not told to.
func (p *process) end() error {
	p.runner.pumps.Wait()
	reason := exitText(p.runner.exit)
	if wasKilled(p.runner.exit) {
		// Perhaps by the host, when the connection had broken: that is the cause.
		reason += ", " + status.Convert(p.lostError).Message()
	}
	return &printedError{fmt.Errorf("%s ended (%s)", p.binary.Plugin, reason), p.output.tail()}
}
