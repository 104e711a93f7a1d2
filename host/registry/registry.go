package registry

import (
	"context"
	"encoding/json"
	"sync"
	"time"

	"github.com/hashicorp/go-hclog"

	"github.com/bothost/bothost/host/bot"
	"github.com/bothost/bothost/sdk/fault"
	"github.com/bothost/bothost/sdk/store"
)

// Tenant is one customer as the registry knows it.
type Tenant struct {
	Name string
	// File is where the tenant is kept if it is the operator's own; such a
	// tenant has no revision, is always active and cannot be changed here.
	File     string
	Revision uint64
	// Config is a JSON object: the overrides as they were given.
	Config  json.RawMessage
	Active  bool
	Created time.Time
	Updated time.Time
}

// Settings is what a registry is made of.
type Settings struct {
	// Files gives the tenants that the operator's files hold. It is called
	// often, and concurrently.
	Files func() map[string]Tenant
	// UseStore calls with the store of registrations; a call that failed because
	// the store's process ended may be made twice. It fails with Unsupported if
	// that store keeps no tenants.
	UseStore func(context.Context, func(context.Context, store.Tenants) error) error
	// Watch reads the stream of changes of that store; see store.Tenants. It
	// returns nil when another stream is to be read in the place of this one.
	Watch func(ctx context.Context, after *uint64, emit func(store.WatchEvent) error) error
	// Check says what is wrong with the configuration of a tenant, before it is
	// registered.
	Check func(tenant string, config json.RawMessage) error
	// Build makes a tenant's bot, with what gives up its instances again.
	Build func(context.Context, Tenant) (*bot.Bot, func(), error)

	Gates        *bot.Gates
	CacheTTL     time.Duration
	MaxCacheSize int
	Logger       hclog.Logger
}

// Registry knows the tenants. It is safe for concurrent use, and must be closed.
type Registry struct {
	settings Settings
	cache    *cache
	keys     *keyCache
	hearing  *hearing

	stop     context.CancelFunc
	routines sync.WaitGroup
}

// New makes a registry and begins to follow the changes of other instances.
func New(settings Settings) *Registry {
	ctx, stop := context.WithCancel(context.Background())
	r := &Registry{settings: settings, stop: stop, keys: newKeyCache(settings.CacheTTL), hearing: newHearing()}
	r.cache = newCache(settings.MaxCacheSize, settings.CacheTTL, r.build)
	r.routines.Go(func() { r.follow(ctx) })
	return r
}

// Close sends away the turns that wait, and returns when all bots are released:
// the turns that run keep theirs until they end.
func (r *Registry) Close() {
	r.stop()
	r.settings.Gates.Close()
	r.cache.close()
	r.routines.Wait()
}

// Reasons of the registry's refusals.
const (
	// TenantDeactivated: the tenant is switched off.
	TenantDeactivated = "tenant_deactivated"
	// TenantInFile: the tenant is the operator's, and can only be changed there.
	TenantInFile = "tenant_in_file"
	// WrongKey: the caller's key is not, or no longer, one of the tenant's.
	WrongKey = "wrong_key"
)

func errClosed() error {
	return fault.New(fault.Unavailable, "the host is shutting down").WithReason(bot.ShuttingDown)
}

func errUnknown(tenant string) error {
	return fault.New(fault.NotFound, "there is no tenant %q", tenant)
}

// build makes a tenant's bot for the cache.
func (r *Registry) build(ctx context.Context, name string) (*built, error) {
	started := time.Now()
	stream := r.hearing.stream()
	tenant, err := r.Get(ctx, name)
	if err != nil {
		return nil, err
	}
	if !tenant.Active {
		return nil, fault.New(fault.Conflict, "tenant %q is deactivated", name).WithReason(TenantDeactivated)
	}
	made, release, err := r.settings.Build(ctx, tenant)
	if err != nil {
		r.settings.Logger.Warn("bot could not be built", "tenant", name, "error", err)
		return nil, err
	}
	r.settings.Logger.Info("bot built", "tenant", name, "revision", tenant.Revision,
		"milliseconds", time.Since(started).Milliseconds())
	b := &built{bot: made, revision: tenant.Revision, release: release}
	b.heardOn.Store(stream)
	return b, nil
}

// acquire gives the entry of a tenant's bot for one use, which release ends. While
// changes are not heard of, a bot is looked for until it is of the revision that
// is registered.
func (r *Registry) acquire(ctx context.Context, tenant string) (*entry, error) {
	for {
		e, err := r.cache.acquire(ctx, tenant)
		if err != nil {
			return nil, err
		}
		current, err := r.isCurrent(ctx, tenant, e.value)
		if current {
			return e, nil
		}
		if err == nil {
			r.cache.discard(e)
		}
		r.release(e)
		if err != nil {
			return nil, err
		}
	}
}

func (r *Registry) release(e *entry) { r.cache.exit(e) }

// isCurrent reports whether a bot is built from what is registered now. It looks
// once for each stream of changes: what came before it may not have been heard.
func (r *Registry) isCurrent(ctx context.Context, tenant string, b *built) (bool, error) {
	stream := r.hearing.stream()
	if b.revision == 0 || stream != 0 && b.heardOn.Load() == stream {
		return true, nil
	}
	registered, err := r.Get(ctx, tenant)
	if fault.Is(err, fault.NotFound) {
		// The next build tells, since it does not find it either.
		return false, nil
	}
	current := err == nil && registered.Revision == b.revision
	if current && stream != 0 {
		b.heardOn.Store(stream)
	}
	return current, err
}

// Status tells about the cache.
func (r *Registry) Status() CacheStatus { return r.cache.status() }

// CachedTenants gives the tenants whose bots are cached, most recently used
// first.
func (r *Registry) CachedTenants() []string { return r.cache.status().Tenants }

// ClearCache makes all bots new for their next turns.
func (r *Registry) ClearCache() { r.cache.clear() }

// Refresh makes one tenant's bot new for its next turn, and reports whether it
// was cached.
func (r *Registry) Refresh(tenant string) bool { return r.cache.drop(tenant) }
