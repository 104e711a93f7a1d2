package host

import (
	"context"
	"encoding/json"
	"time"

	"github.com/bothost/bothost/host/bot"
	"github.com/bothost/bothost/host/config"
	"github.com/bothost/bothost/host/lease"
	"github.com/bothost/bothost/host/registry"
	"github.com/bothost/bothost/host/supervise"
	"github.com/bothost/bothost/sdk/client"
	"github.com/bothost/bothost/sdk/fault"
	"github.com/bothost/bothost/sdk/store"
)

// build makes a tenant's bot: it opens the instances that the configuration
// names, or shares those that are open already with equal ones.
func (h *Host) build(ctx context.Context, tenant registry.Tenant) (_ *bot.Bot, release func(), err error) {
	inForce := h.inForce.Load()
	made, err := inForce.botToServe(tenant)
	if err != nil {
		return nil, nil, misconfigured(tenant.Name, err)
	}
	b := &builder{host: h}
	defer func() {
		if err != nil {
			b.release()
		}
	}()
	settings := inForce.resolver.Config().Settings().Conversation
	parts := bot.Parts{
		Tenant: tenant.Name, SystemPrompt: made.SystemPrompt, Allow: made.Allow, Holder: h.leases.Holder(), Logger: h.logger,
		Limits: bot.Limits{
			IdleTimeout: time.Duration(settings.IdleTimeout),
			TurnTimeout: time.Duration(settings.TurnTimeout), DisconnectGrace: time.Duration(settings.DisconnectGrace),
		},
	}
	if parts.Store, parts.EndLater, err = b.openStore(ctx, made.Store); err != nil {
		return nil, nil, err
	}
	if parts.Memory, _, err = b.open(ctx, made.Memory); err != nil {
		return nil, nil, err
	}
	if parts.Models, err = b.openModels(ctx, made.Models()); err != nil {
		return nil, nil, err
	}
	for i, section := range made.Models() {
		parts.Models[i].Adjust = section.Adjust
	}
	return bot.New(parts), b.release, nil
}

// builder gathers what one bot holds.
type builder struct {
	host     *Host
	releases []func()
}

// release gives everything up, in the reverse order.
func (b *builder) release() {
	for i := len(b.releases) - 1; i >= 0; i-- {
		b.releases[i]()
	}
}

// open opens the instance of a section, and gives its per-call half.
func (b *builder) open(ctx context.Context, section config.Section) (bot.Plugin, json.RawMessage, error) {
	instance, resolved, err := b.host.openSection(ctx, section)
	if err != nil {
		return bot.Plugin{}, nil, err
	}
	b.releases = append(b.releases, instance.Release)
	return b.host.withBreaker(instance, resolved), resolved.PerCall, nil
}

// openStore is open, with the host's lease in that store, and what ends a turn
// there later.
func (b *builder) openStore(ctx context.Context, section config.Section) (bot.Plugin, func(store.FailTurn), error) {
	instance, resolved, err := b.host.openSection(ctx, section)
	if err != nil {
		return bot.Plugin{}, nil, err
	}
	b.releases = append(b.releases, instance.Release)
	plugin, key := pluginOf(instance), resolved.Fingerprint(b.host.fingerprintKey)
	letGo, err := b.host.leases.Hold(ctx, key, conversationsOf(plugin))
	if err != nil {
		return bot.Plugin{}, nil, err
	}
	b.releases = append(b.releases, letGo)
	return plugin, func(turn store.FailTurn) { b.host.leases.EndLater(key, turn) }, nil
}

// conversationsOf is how the keeper of leases uses a store.
func conversationsOf(plugin bot.Plugin) lease.UseStore {
	return func(ctx context.Context, use func(context.Context, store.Conversations) error) error {
		return bot.Use(ctx, plugin, func(ctx context.Context, instance client.Instance) error {
			return use(ctx, client.Conversations{Instance: instance})
		})
	}
}

// openSection opens the instance of a section, or shares an open one.
func (h *Host) openSection(ctx context.Context, section config.Section) (*supervise.Instance, config.Resolved, error) {
	resolved, err := section.Resolve()
	if err != nil {
		return nil, resolved, fault.New(fault.Unavailable, "%w", err).WithReason("configuration_unusable")
	}
	instance, err := h.supervisor.Open(ctx, supervise.Spec{
		Plugin: section.Plugin, Config: resolved.Instance, Key: resolved.Fingerprint(h.fingerprintKey),
	})
	return instance, resolved, unusable(ctx, err)
}

// unusable tells why an instance cannot be used. That is never the caller's
// mistake: what a plugin refuses now was registered before, and what it does not
// find is not what the caller has named.
func unusable(ctx context.Context, err error) error {
	if err == nil {
		return nil
	}
	switch fault.As(err).Code {
	case fault.Unavailable, fault.Timeout, fault.RateLimited:
		return err
	case fault.Canceled:
		if ctx.Err() != nil {
			return err
		}
		// The host has given it up.
		return fault.New(fault.Unavailable, "%w", err)
	}
	return fault.New(fault.Unavailable, "%w", err).WithReason("configuration_unusable")
}

// pluginOf gives an instance as the turn wants it. Its calls have no breaker: a
// store that fails must still be told how the turns end that it has begun.
func pluginOf(instance *supervise.Instance) bot.Plugin { return pluginBy(instance, instance.Acquire) }

// withBreaker is an instance whose calls are refused for a while when they have
// failed too often with this configuration.
func (h *Host) withBreaker(instance *supervise.Instance, resolved config.Resolved) bot.Plugin {
	configuration := resolved.FingerprintOfAll(h.fingerprintKey)
	return pluginBy(instance, func(ctx context.Context) (*supervise.Session, error) {
		return instance.AcquireFor(ctx, configuration)
	})
}

// pluginBy is an instance with a way to acquire it.
func pluginBy(instance *supervise.Instance, acquire func(context.Context) (*supervise.Session, error)) bot.Plugin {
	return bot.Plugin{
		Name: instance.Plugin(), AtLeisure: instance.Attached(),
		Acquire: func(ctx context.Context) (bot.Session, error) {
			session, err := acquire(ctx)
			if err != nil {
				return nil, unusable(ctx, err)
			}
			return session, nil
		},
	}
}
