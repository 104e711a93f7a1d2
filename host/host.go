// Package host composes the parts: configuration, catalog, supervisor, registry
// and HTTP API. cmd/bothost runs it as a server; any Go program can embed it:
//
//	h, err := host.New(ctx, config)
//	h.Registry().Register(ctx, "client-a", overrides)
//	bot, err := h.Registry().Bot(ctx, "client-a")
//	reply, err := bot.Chat(ctx, host.Context{ConversationID: "c"}, "Hello")
//	h.Close(ctx)
package host

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"sync"
	"sync/atomic"
	"time"

	"github.com/hashicorp/go-hclog"

	"github.com/bothost/bothost/host/bot"
	"github.com/bothost/bothost/host/catalog"
	"github.com/bothost/bothost/host/config"
	"github.com/bothost/bothost/host/lease"
	"github.com/bothost/bothost/host/registry"
	"github.com/bothost/bothost/host/rundir"
	"github.com/bothost/bothost/host/supervise"
	"github.com/bothost/bothost/sdk/plugin/handshake"
)

type (
	// Context says where a message belongs.
	Context = bot.Context
	// Reply is a turn that is durable.
	Reply = bot.Reply
	// Bot is a tenant's bot.
	Bot = registry.Bot
	// Tenant is one customer.
	Tenant = registry.Tenant
)

// Host is a running bot host. It is safe for concurrent use, and must be closed.
type Host struct {
	logger   hclog.Logger
	version  string
	adminKey string
	// fingerprintKey keeps instances' keys from telling their configurations.
	fingerprintKey []byte

	inForce    atomic.Pointer[configuration]
	dataDir    *dataDir
	runDir     *rundir.Dir
	catalog    *catalog.Catalog
	supervisor *supervise.Supervisor
	leases     *lease.Keeper
	store      *registryStore
	gates      *bot.Gates
	registry   *registry.Registry

	// attached are the processes that are used instead of files.
	attached []handshake.Attachment
	// stopWatching ends the watch of the plugin directory.
	stopWatching context.CancelFunc
	watching     sync.WaitGroup

	closing   sync.Once
	closeErr  error
	drainTime time.Duration
}

// Option changes how a host is made.
type Option func(*Host)

// WithLogger sends the host's log, and its plugins', to a logger. Default: none.
func WithLogger(logger hclog.Logger) Option { return func(h *Host) { h.logger = logger } }

// WithVersion says what the host calls itself.
func WithVersion(version string) Option { return func(h *Host) { h.version = version } }

// WithAttached uses processes that run already instead of what the plugin directory
// has of their names: see sdk/plugin/handshake. They must answer when the host is
// made. The host does not end them, and attaches again when they were restarted.
func WithAttached(attached ...handshake.Attachment) Option {
	return func(h *Host) { h.attached = append(h.attached, attached...) }
}

// drainTime is how long turns may go on once a host is told to end.
const drainTime = 30 * time.Second

// New makes a host and everything it needs: it locks the data directory, reads
// the plugin directory, which it watches from then on, and checks the
// configuration against it. Plugins are started when they are first used. What
// fails is named, and nothing is left.
func New(ctx context.Context, c *config.Config, options ...Option) (h *Host, err error) {
	h = &Host{logger: hclog.NewNullLogger(), version: "embedded", drainTime: drainTime}
	for _, option := range options {
		option(h)
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, h.Close(context.WithoutCancel(ctx)))
		}
	}()
	settings := c.Settings()
	if h.fingerprintKey, err = randomBytes(32); err != nil {
		return h, err
	}
	if h.dataDir, err = openDataDir(settings.DataDir); err != nil {
		return h, err
	}
	if h.runDir, err = rundir.Create(settings.DataDir, supervise.MaxSocketDir, h.logger); err != nil {
		return h, err
	}
	if err = h.loadPlugins(ctx, settings); err != nil {
		return h, err
	}
	resolver, err := c.Bind(h.catalog)
	if err != nil {
		return h, fmt.Errorf("configuration:\n%w", err)
	}
	if err = h.checkAllEffects(resolver); err != nil {
		return h, fmt.Errorf("configuration:\n%w", err)
	}
	if h.adminKey, err = h.findAdminKey(resolver); err != nil {
		return h, err
	}
	h.inForce.Store(newConfiguration(resolver))
	h.leases = lease.NewKeeper(h.dataDir.holder, h.dataDir.predecessor, h.logger)
	h.store = &registryStore{host: h}
	h.gates = bot.NewGates(time.Duration(settings.Conversation.Wait), settings.Conversation.MaxWaiting)
	//nolint:contextcheck // what follows changes lives as long as the host
	h.registry = h.newRegistry(settings)
	h.watchPlugins() //nolint:contextcheck // it lives as long as the host
	return h, nil
}

// loadPlugins reads the plugin directory and makes what runs it.
func (h *Host) loadPlugins(ctx context.Context, settings config.Settings) (err error) {
	launcher := supervise.Launcher{
		SocketDir: h.runDir.Sockets(),
		Env:       supervise.Environment(append(supervise.CommonEnvironment(), settings.PluginEnv...)...),
		Limits:    h.limits(settings),
		Logger:    h.logger,
	}
	sockets, err := socketsOf(h.attached)
	if err != nil {
		return err
	}
	h.catalog, err = catalog.Load(ctx, catalog.Settings{
		Dir: settings.PluginDir, PrivateDir: h.runDir.Copies(),
		CacheDir: filepath.Join(h.dataDir.path, config.CatalogDir), KeptDir: filepath.Join(h.dataDir.path, config.KeptDir),
		Attached: sockets, Logger: h.logger, Describe: launcher.Describe,
	})
	if err != nil {
		return fmt.Errorf("load plugins: %w", err)
	}
	h.supervisor = supervise.New(supervise.Settings{
		Launcher: launcher, Catalog: h.catalog, DataDir: h.dataDir.path, Attached: h.adopt,
	})
	return nil
}

// limits tells what bounds a plugin: by the settings in force, and by those given
// while none are yet.
func (h *Host) limits(given config.Settings) func(plugin string) supervise.Limits {
	return func(plugin string) supervise.Limits {
		settings := given
		if inForce := h.inForce.Load(); inForce != nil {
			settings = inForce.resolver.Config().Settings()
		}
		return limitsOf(settings, plugin)
	}
}

func limitsOf(settings config.Settings, plugin string) supervise.Limits {
	limits := settings.Limits(plugin)
	return supervise.Limits{
		Calls: limits.Calls, Message: int(limits.Message), Memory: int64(limits.Memory), LogLines: limits.LogLines,
	}
}

func (h *Host) newRegistry(settings config.Settings) *registry.Registry {
	return registry.New(registry.Settings{
		Files:        func() map[string]registry.Tenant { return h.inForce.Load().files },
		UseStore:     h.store.use,
		Watch:        h.store.watch,
		Check:        h.check,
		Build:        h.build,
		Gates:        h.gates,
		CacheTTL:     time.Duration(settings.Registry.CacheTTL),
		MaxCacheSize: settings.Registry.MaxCacheSize,
		Logger:       h.logger,
	})
}

// Registry knows the tenants and their bots.
func (h *Host) Registry() *registry.Registry { return h.registry }

// Resolver makes the configuration of any tenant, as it is now.
func (h *Host) Resolver() *config.Resolver { return h.inForce.Load().resolver }

// Close ends the host: turns that wait are sent away, turns that run may finish
// until ctx ends, then instances are closed and plugins stopped. It may be called
// more than once, and on a host that was not completed.
func (h *Host) Close(ctx context.Context) error {
	h.closing.Do(func() { h.closeErr = h.close(ctx) })
	return h.closeErr
}

func (h *Host) close(ctx context.Context) error {
	var failed []error
	if h.stopWatching != nil {
		h.stopWatching()
		h.watching.Wait()
	}
	ended := h.endTurns()
	select {
	case <-ended:
	case <-ctx.Done():
	}
	if h.store != nil {
		//nolint:contextcheck // released instances are closed on the supervisor's time
		h.store.close()
	}
	if h.supervisor != nil {
		failed = append(failed, h.supervisor.Shutdown(ctx))
	}
	<-ended
	if h.runDir != nil {
		failed = append(failed, h.runDir.Close())
	}
	if h.dataDir != nil {
		failed = append(failed, h.dataDir.close())
	}
	return errors.Join(failed...)
}

// endTurns lets nobody in any more. What it returns is closed when all turns have
// ended, and the leases with them.
func (h *Host) endTurns() <-chan struct{} {
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		if h.registry != nil {
			h.registry.Close()
		}
		if h.leases != nil {
			h.leases.Close()
		}
	}()
	return ended
}
