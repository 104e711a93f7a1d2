package supervise

import (
	"context"
	"time"

	"github.com/hashicorp/go-hclog"
	"google.golang.org/grpc"

	pluginv1 "github.com/bothost/bothost/sdk/plugin/v1"
)

// run is one run of a plugin, as its unit sees it: a process that was started, or
// the attachment to one that somebody else has started.
type run interface {
	program() Binary
	// room is what calls share.
	room() *callLimit
	conn() grpc.ClientConnInterface
	service() pluginv1.PluginServiceClient
	// done is closed as soon as no call can succeed any more, exited when the
	// process is gone or counts as gone: done is closed by then, or about to be.
	done() <-chan struct{}
	exited() <-chan struct{}
	// connected says of the connection what done may not say yet.
	connected() bool
	// end says, after exited, how it came to that.
	end() error
	// stop ends what this host has to do with the process, and the process too if
	// the host has started it.
	stop(ctx context.Context)
	// dispose releases what belonged to a run that has ended.
	dispose()
	pid() int
	log() hclog.Logger
}

var (
	_ run = (*process)(nil)
	_ run = (*attachment)(nil)
)

func (p *process) program() Binary { return p.binary }

func (p *process) room() *callLimit { return p.calls }

func (p *process) done() <-chan struct{} { return p.lost }

func (p *process) pid() int { return p.runner.pid() }

func (p *process) log() hclog.Logger { return p.logger }

// attached reports whether somebody else has started the process.
func (g *generation) attached() bool { return g.process.program().Socket != "" }

// limit bounds a call by the supervisor's time. A process that was attached to has
// all the time it takes: it may stand at a breakpoint.
func (g *generation) limit(ctx context.Context, limit time.Duration) (context.Context, context.CancelFunc) {
	if g.attached() {
		return context.WithCancel(ctx)
	}
	return context.WithTimeout(ctx, limit)
}
