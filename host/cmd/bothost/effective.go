package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/bothost/bothost/host/config"
)

// effective finds the configuration in effect: the host's, or a tenant's.
func (a *app) effective(ctx context.Context, l *local, r *remote, tenant string) ([]setting, error) {
	if tenant != "" && r.address() != "" {
		return a.effectiveRemote(ctx, r, tenant)
	}
	c, err := l.load()
	if err != nil {
		return nil, err
	}
	if _, inFile := c.FileTenant(tenant); tenant != "" && !inFile {
		return a.effectiveRegistered(ctx, l, c, tenant)
	}
	var found []setting
	err = l.withResolver(ctx, func(resolver *config.Resolver) error {
		if tenant == "" {
			found = settingsOf(resolver.Effective(), resolver.Origins())
			return nil
		}
		bot, err := resolver.Bot(tenant, nil)
		if err == nil {
			found = settingsOf(bot.Effective(), bot.Origins())
		}
		return err
	})
	return found, err
}

// effectiveRegistered reads the registry that the configuration names, which it
// may do while another host does.
func (a *app) effectiveRegistered(ctx context.Context, l *local, c *config.Config, name string) (_ []setting, err error) {
	h, err := l.openHost(ctx, c, a.quietLogger())
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, closeHost(ctx, h)) }()
	tenant, err := h.Registry().Get(ctx, name)
	if err != nil {
		return nil, withHint(err, "bothost tenant list, with the host running, or --config with the files that describe it")
	}
	overrides, err := config.ParseOverrides(tenant.Config)
	if err != nil {
		return nil, err
	}
	bot, err := h.Resolver().Bot(name, overrides)
	if err != nil {
		return nil, err
	}
	return settingsOf(bot.Effective(), bot.Origins()), nil
}

// effectiveRemote asks a running host, which tells what is the tenant's own and
// what is not, but not which of its layers the rest is from.
func (a *app) effectiveRemote(ctx context.Context, r *remote, name string) ([]setting, error) {
	tenant, err := r.client().GetTenant(ctx, name, true)
	if err != nil {
		return nil, r.named(err)
	}
	var overrides map[string]any
	if err := json.Unmarshal(tenant.Config, &overrides); err != nil {
		return nil, fmt.Errorf("read the overrides of tenant %q: %w", name, err)
	}
	own := map[string]any{}
	flatten(overrides, "", own)
	source := "tenant (registered)"
	if tenant.File != "" {
		source = "tenant (" + tenant.File + ")"
	}
	settings := settingsOf(tenant.Effective, nil)
	for i, s := range settings {
		settings[i].Source = "inherited from the host"
		if _, ok := own[s.Key]; ok {
			settings[i].Source = source
		}
	}
	return settings, nil
}
