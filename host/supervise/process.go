package supervise

import (
	"context"
	"os"
	"sync"
	"time"

	"github.com/hashicorp/go-hclog"
	"github.com/hashicorp/go-plugin"
	"google.golang.org/grpc"

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
	limits Limits
	calls  *callLimit
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

// conn is the connection that all calls share.
func (p *process) conn() grpc.ClientConnInterface { return p.conns.first() }

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
