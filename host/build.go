package host

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/bothost/bothost/host/bot"
	"github.com/bothost/bothost/host/config"
	"github.com/bothost/bothost/host/registry"
	"github.com/bothost/bothost/host/supervise"
	"github.com/bothost/bothost/sdk/fault"
)

// setResolver puts a configuration in force.
func (h *Host) setResolver(resolver *config.Resolver) {
	files := make(map[string]registry.Tenant)
	for _, tenant := range resolver.Config().FileTenants() {
		files[tenant.Name] = registry.Tenant{
			Name: tenant.Name, File: tenant.Source, Active: true, Config: fileOverrides(resolver, tenant.Name),
		}
	}
	h.files.Store(&files)
	h.resolver.Store(resolver)
}

// fileOverrides tells what a file says of a tenant, secrets masked.
func fileOverrides(resolver *config.Resolver, tenant string) json.RawMessage {
	made, err := resolver.Bot(tenant, nil)
	if err != nil {
		return json.RawMessage("{}")
	}
	overrides, err := json.Marshal(made.Overrides())
	if err != nil {
		return json.RawMessage("{}")
	}
	return overrides
}

// resolve makes the configuration of a tenant.
func (h *Host) resolve(tenant registry.Tenant) (*config.Bot, error) {
	if tenant.File != "" {
		return h.Resolver().Bot(tenant.Name, nil)
	}
	overrides, err := config.ParseOverrides(tenant.Config)
	if err != nil {
		return nil, err
	}
	return h.Resolver().Bot(tenant.Name, overrides)
}

// check says what is wrong with the overrides of a tenant: every mistake with
// its key.
func (h *Host) check(tenant string, overrides json.RawMessage) error {
	made, err := h.resolve(registry.Tenant{Name: tenant, Config: overrides})
	if err == nil {
		err = h.checkEffects(made)
	}
	problems, ok := errors.AsType[config.Problems](err)
	if !ok {
		return err
	}
	invalid := fault.New(fault.Invalid, "the configuration of tenant %q does not fit:\n%w", tenant, problems)
	for _, problem := range problems {
		invalid.Fields = append(invalid.Fields, fault.Field{Key: problem.Key, Message: problem.Message})
	}
	return invalid
}

// checkEffects refuses a memory that needs what this host cannot do.
func (h *Host) checkEffects(made *config.Bot) error {
	entry, err := h.catalog.Lookup(made.Memory.Plugin)
	if err != nil || len(entry.Effects) == 0 {
		return err
	}
	return config.Problems{{
		Key:     "memory.type",
		Message: fmt.Sprintf("%s needs %v, which this host cannot do yet", made.Memory.Plugin, entry.Effects),
	}}
}

// checkAllEffects does so for what every tenant inherits, as far as that is
// complete, and for every tenant that files describe.
func (h *Host) checkAllEffects(resolver *config.Resolver) error {
	names := []string{""}
	for _, tenant := range resolver.Config().FileTenants() {
		names = append(names, tenant.Name)
	}
	for _, name := range names {
		made, err := resolver.Bot(name, nil)
		if err != nil {
			// Bind has said what is wrong, but for what is missing.
			continue
		}
		if err := h.checkEffects(made); err != nil {
			return err
		}
	}
	return nil
}

// effective is a tenant's merged configuration for people to see.
func (h *Host) effective(tenant registry.Tenant) (map[string]any, error) {
	made, err := h.resolve(tenant)
	if err != nil {
		return nil, misconfigured(tenant.Name, err)
	}
	return made.Effective(), nil
}

// misconfigured tells of a tenant that was right when it was registered and
// cannot be served now: a plugin is not there, a secret is not set.
func misconfigured(tenant string, err error) error {
	return fault.New(fault.Unavailable, "the configuration of tenant %q cannot be used here: %w", tenant, err).
		WithReason("configuration_unusable")
}

// build makes a tenant's bot: it opens the instances that the configuration
// names, or shares those that are open already with equal ones.
func (h *Host) build(ctx context.Context, tenant registry.Tenant) (_ *bot.Bot, release func(), err error) {
	made, err := h.resolve(tenant)
	if err != nil {
		return nil, nil, misconfigured(tenant.Name, err)
	}
	b := &builder{host: h, ctx: ctx, tenant: tenant.Name}
	defer func() {
		if err != nil {
			b.release()
		}
	}()
	settings := h.Resolver().Config().Settings().Conversation
	parts := bot.Parts{
		Tenant: tenant.Name, SystemPrompt: made.SystemPrompt, Holder: h.leases.Holder(), Logger: h.logger,
		Limits: bot.Limits{
			IdleTimeout: time.Duration(settings.IdleTimeout),
			TurnTimeout: time.Duration(settings.TurnTimeout), DisconnectGrace: time.Duration(settings.DisconnectGrace),
		},
	}
	if parts.Store, err = b.openStore(made.Store); err != nil {
		return nil, nil, err
	}
	if parts.Memory, _, err = b.open(made.Memory); err != nil {
		return nil, nil, err
	}
	if parts.LLM, parts.Options, err = b.open(made.LLM); err != nil {
		return nil, nil, err
	}
	return bot.New(parts), b.release, nil
}

// builder gathers what one bot holds.
type builder struct {
	host     *Host
	ctx      context.Context //nolint:containedctx // lives as long as one build
	tenant   string
	releases []func()
}

// release gives everything up, in the reverse order.
func (b *builder) release() {
	for i := len(b.releases) - 1; i >= 0; i-- {
		b.releases[i]()
	}
}

// open opens the instance of a section, and gives its per-call half.
func (b *builder) open(section config.Section) (bot.Plugin, json.RawMessage, error) {
	instance, resolved, err := b.host.openSection(b.ctx, section)
	if err != nil {
		return bot.Plugin{}, nil, err
	}
	b.releases = append(b.releases, instance.Release)
	return pluginOf(instance), resolved.PerCall, nil
}

// openStore is open, with the host's lease in that store.
func (b *builder) openStore(section config.Section) (bot.Plugin, error) {
	instance, resolved, err := b.host.openSection(b.ctx, section)
	if err != nil {
		return bot.Plugin{}, err
	}
	b.releases = append(b.releases, instance.Release)
	plugin := pluginOf(instance)
	store := bot.New(bot.Parts{Store: plugin, Logger: b.host.logger})
	letGo, err := b.host.leases.Hold(b.ctx, resolved.Fingerprint(b.host.fingerprintKey), store.UseStore)
	if err != nil {
		return bot.Plugin{}, err
	}
	b.releases = append(b.releases, letGo)
	return plugin, nil
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

// pluginOf gives an instance as the turn wants it.
func pluginOf(instance *supervise.Instance) bot.Plugin {
	return bot.Plugin{
		Name: instance.Plugin(),
		Acquire: func(ctx context.Context) (bot.Session, error) {
			session, err := instance.Acquire(ctx)
			if err != nil {
				return nil, unusable(ctx, err)
			}
			return session, nil
		},
	}
}
