package bot

import (
	"context"
	"time"

	"github.com/hashicorp/go-hclog"
	"google.golang.org/grpc"

	"github.com/bothost/bothost/host/allow"
	"github.com/bothost/bothost/sdk/client"
	"github.com/bothost/bothost/sdk/fault"
	"github.com/bothost/bothost/sdk/memory"
	"github.com/bothost/bothost/sdk/store"
)

// Session is the use of one generation of a plugin, from Acquire to Release.
type Session interface {
	Conn() grpc.ClientConnInterface
	// Instance is the id that the instance is known under on the wire.
	Instance() string
	// Window is what a memory plugin needs to see.
	Window() memory.Window
	Release()
}

// Plugin is an open instance of a plugin.
type Plugin struct {
	// Name is the plugin's full name.
	Name string
	// Acquire pins the generation that serves now, and starts one if there is
	// none.
	Acquire func(context.Context) (Session, error)
	// AtLeisure is for a plugin that a developer may be stepping through: its calls
	// have no deadlines.
	AtLeisure bool
}

// Parts are what a bot is made of.
type Parts struct {
	Tenant       string
	SystemPrompt string
	// Models are asked in order, each while those before it cannot speak; at
	// least one.
	Models []Model
	// Allow is what the callers of Complete may choose.
	Allow  allow.Rules
	Memory Plugin
	Store  Plugin
	Limits Limits
	// Holder is the incarnation of this host, under whose lease turns run.
	Holder string
	// EndLater ends a turn once the store can be reached again: until then the
	// lease keeps its conversation from everybody. nil: until the turn's deadline.
	EndLater func(store.FailTurn)
	Logger   hclog.Logger
}

// Bot is a tenant's configuration bound to the instances that it names. It is
// immutable, keeps nothing between turns, and is safe for concurrent use.
type Bot struct{ parts Parts }

// New makes a bot. The instances stay the caller's.
func New(parts Parts) *Bot {
	parts.Logger = parts.Logger.With("tenant", parts.Tenant)
	return &Bot{parts: parts}
}

// callTimeout bounds the calls that are not a model's.
const callTimeout = 15 * time.Second

// UseStore calls use with the bot's store, for what is not a turn. A call that
// failed because its process ended is made once more; use must bear that.
func (b *Bot) UseStore(ctx context.Context, use func(context.Context, store.Conversations) error) error {
	return Use(ctx, b.parts.Store, func(ctx context.Context, instance client.Instance) error {
		return use(ctx, client.Conversations{Instance: instance})
	})
}

// Use acquires a plugin for one call, bounds it, and makes it once more if the
// plugin's process ended meanwhile: the call must bear that.
func Use(ctx context.Context, plugin Plugin, call func(context.Context, client.Instance) error) error {
	pin, err := pinPlugin(ctx, plugin)
	if err != nil {
		return err
	}
	defer pin.release()
	_, err = repeat(ctx, pin, func(ctx context.Context, instance client.Instance) (struct{}, error) {
		return struct{}{}, call(ctx, instance)
	})
	return err
}

// pin holds one generation of a plugin.
type pin struct {
	plugin  Plugin
	session Session
}

func pinPlugin(ctx context.Context, plugin Plugin) (*pin, error) {
	session, err := plugin.Acquire(ctx)
	if err != nil {
		return nil, err
	}
	return &pin{plugin: plugin, session: session}, nil
}

func (p *pin) instance() client.Instance {
	return client.Instance{Conn: p.session.Conn(), ID: p.session.Instance()}
}

func (p *pin) release() { p.session.Release() }

// limit bounds a call that is not a model's.
func (p *pin) limit(ctx context.Context) (context.Context, context.CancelFunc) {
	if p.plugin.AtLeisure {
		return context.WithCancel(ctx)
	}
	return context.WithTimeout(ctx, callTimeout)
}

// renew moves to the generation that serves now.
func (p *pin) renew(ctx context.Context) error {
	session, err := p.plugin.Acquire(ctx)
	if err != nil {
		return err
	}
	p.session.Release()
	p.session = session
	return nil
}

// repeat makes an idempotent call with a deadline, and once more if the process
// that it was made to has gone. Its error is the call's, unless there will be no
// other process because the host is about to end.
func repeat[T any](ctx context.Context, p *pin, call func(context.Context, client.Instance) (T, error)) (T, error) {
	once := func() (T, error) {
		ctx, cancel := p.limit(ctx)
		defer cancel()
		return call(ctx, p.instance())
	}
	result, err := once()
	if !lost(ctx, err) {
		return result, err
	}
	if renewErr := p.renew(ctx); fault.HasReason(renewErr, ShuttingDown) {
		return result, renewErr
	} else if renewErr != nil {
		return result, err
	}
	return once()
}

// lost reports whether a call may have failed because its process ended: gRPC
// says Unavailable, or Canceled on a connection that was closed under the call. Who
// is told when to come again was refused, and is not to ask again at once.
func lost(ctx context.Context, err error) bool {
	return (fault.Is(err, fault.Unavailable) && fault.As(err).RetryAfter == 0) || (fault.Is(err, fault.Canceled) && ctx.Err() == nil)
}
