package host

import (
	"context"
	"sync"

	"github.com/bothost/bothost/host/bot"
	"github.com/bothost/bothost/host/supervise"
	"github.com/bothost/bothost/sdk/client"
	"github.com/bothost/bothost/sdk/fault"
	"github.com/bothost/bothost/sdk/store"
)

// registryStore is the store that registrations are kept in. It is opened by
// its first use, so that a host can start while a database cannot be reached, and
// stays open.
type registryStore struct {
	host *Host

	mu       sync.Mutex
	instance *supervise.Instance
	closed   bool
}

// opened gives the open instance, opening it if need be. Nobody waits for another
// caller's attempt but in the supervisor, which opens equal instances once.
func (s *registryStore) opened(ctx context.Context) (*supervise.Instance, error) {
	known, err := s.known()
	if err != nil || known != nil {
		return known, err
	}
	return s.open(ctx)
}

func (s *registryStore) known() (*supervise.Instance, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return nil, errShuttingDown()
	}
	return s.instance, nil
}

// open opens the instance. If others did so meanwhile, theirs is kept. It is the
// first store that a host opens, and mostly that of its conversations: so those
// that the last run left in a turn are free again before a turn comes.
func (s *registryStore) open(ctx context.Context) (*supervise.Instance, error) {
	section := s.host.Resolver().RegistryStore()
	if err := s.keepsTenants(section.Plugin); err != nil {
		return nil, err
	}
	instance, _, err := s.host.openSection(ctx, section)
	if err != nil {
		return nil, err
	}
	if err := s.host.leases.RetirePredecessor(ctx, conversationsOf(pluginOf(instance))); err != nil {
		//nolint:contextcheck // released instances are closed on the supervisor's time
		instance.Release()
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.instance == nil && !s.closed {
		s.instance = instance
		return instance, nil
	}
	//nolint:contextcheck // released instances are closed on the supervisor's time
	instance.Release()
	if s.closed {
		return nil, errShuttingDown()
	}
	return s.instance, nil
}

func errShuttingDown() error {
	return fault.New(fault.Unavailable, "the host is shutting down").WithReason(bot.ShuttingDown)
}

// tenantStore is the service of stores that keep tenants.
const tenantStore = "TenantStoreService"

func (s *registryStore) keepsTenants(plugin string) error {
	entry, err := s.host.catalog.Lookup(plugin)
	if err != nil {
		return err
	}
	if !entry.Serves(tenantStore) {
		return fault.New(fault.Unsupported, "%s keeps no tenants", plugin).
			WithRemedy("name another store in registry.store, or keep tenants in files")
	}
	return nil
}

func (s *registryStore) use(ctx context.Context, use func(context.Context, store.Tenants) error) error {
	instance, err := s.opened(ctx)
	if err != nil {
		return err
	}
	return bot.Use(ctx, pluginOf(instance), func(ctx context.Context, instance client.Instance) error {
		return use(ctx, client.Tenants{Instance: instance})
	})
}

// watch reads the stream of changes for as long as the store's process lives. When
// that is replaced it ends without an error: the old process waits for it, and
// another stream can be had at once.
func (s *registryStore) watch(ctx context.Context, after *uint64, emit func(store.WatchEvent) error) error {
	opened, err := s.opened(ctx)
	if err != nil {
		return err
	}
	session, err := opened.Acquire(ctx)
	if err != nil {
		return unusable(ctx, err)
	}
	defer session.Release() //nolint:contextcheck // closing an instance does not depend on who was the last
	reading, stop := context.WithCancel(ctx)
	defer stop()
	read := make(chan error, 1)
	go func() {
		instance := client.Instance{Conn: session.Conn(), ID: session.Instance()}
		read <- client.Tenants{Instance: instance}.WatchTenants(reading, after, emit)
	}()
	select {
	case err = <-read:
		return err
	case <-session.Retired():
	}
	stop()
	err = <-read
	select {
	case <-session.Done():
		return err
	default:
		return nil
	}
}

// ready says why registrations cannot be read now.
func (s *registryStore) ready(ctx context.Context) error {
	err := s.use(ctx, func(ctx context.Context, tenants store.Tenants) error {
		_, err := tenants.ListTenants(ctx, 1, "")
		return err
	})
	if fault.Is(err, fault.Unsupported) {
		return nil
	}
	return err
}

func (s *registryStore) close() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.closed = true
	if s.instance != nil {
		s.instance.Release()
		s.instance = nil
	}
}
