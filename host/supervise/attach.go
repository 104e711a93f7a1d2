package supervise

import (
	"context"
	"fmt"

	"google.golang.org/grpc"
	"google.golang.org/grpc/connectivity"
	"google.golang.org/grpc/status"

	pluginv1 "github.com/bothost/bothost/sdk/plugin/v1"
)

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
	if err := awaitReady(ctx, p.conns.first()); err != nil {
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

// awaitReady waits until the connection says that it is ready. It lets calls
// through a moment before it does; who asked in that moment would take it for
// broken, and wait for an end that does not come.
func awaitReady(ctx context.Context, conn *grpc.ClientConn) error {
	for state := conn.GetState(); state != connectivity.Ready; state = conn.GetState() {
		if !conn.WaitForStateChange(ctx, state) {
			return ctx.Err()
		}
	}
	return nil
}

// connected reports whether the connection is the one that was attached.
func (p *process) connected() bool { return p.conns.first().GetState() == connectivity.Ready }

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
