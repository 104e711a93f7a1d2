package supervise

import (
	"context"
	"errors"
	"fmt"
	"os/exec"
	"time"

	"github.com/hashicorp/go-hclog"
	"github.com/hashicorp/go-plugin"
	"github.com/hashicorp/go-plugin/runner"

	"github.com/bothost/bothost/sdk/fault"
	"github.com/bothost/bothost/sdk/plugin/handshake"
)

// start runs the plugin until it is attached, or fails and leaves nothing.
func (l Launcher) start(ctx context.Context, binary Binary) (*process, error) {
	l = l.withDefaults()
	if err := CheckSocketDir(l.SocketDir); err != nil {
		return nil, fault.New(fault.Unavailable, "%s: %w", binary.Plugin, err)
	}
	ctx, cancel := context.WithTimeout(ctx, l.StartTimeout)
	defer cancel()
	began := time.Now()
	p := l.newProcess(binary)
	err := p.connect(ctx)
	if err == nil {
		err = p.attach(ctx)
	}
	if err != nil {
		err = p.startError(ctx, began, err)
		p.runner.kill()
		p.stop(ctx)
		return nil, p.explain("start", err)
	}
	p.logger.Debug("plugin started", "pid", p.runner.pid())
	return p, nil
}

func (l Launcher) newProcess(binary Binary) *process {
	logger := l.Logger.Named(binary.Plugin)
	limits := l.limits(binary.Plugin)
	output := newOutput(logger, limits.LogLines)
	p := &process{
		binary: binary, limits: limits, grace: l.Grace, logger: logger, output: output,
		calls:  newCallLimit(binary.Plugin, limits.Calls),
		runner: newRunner(binary, l.environment(limits), output),
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
		GRPCDialOptions:  p.dialOptions(),
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
		return errors.Join(ctx.Err(), <-connected)
	}
}

// startError says why a start failed: go-plugin's own words for it depend on
// which of several signs it saw first.
func (p *process) startError(ctx context.Context, began time.Time, err error) error {
	switch {
	case errors.Is(ctx.Err(), context.DeadlineExceeded):
		return fmt.Errorf("it did not answer within %s", time.Since(began).Round(100*time.Millisecond))
	case ctx.Err() != nil:
		return ctx.Err()
	}
	select {
	case <-p.exited():
	case <-time.After(linger):
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
