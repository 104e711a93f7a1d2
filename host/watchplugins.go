package host

import (
	"context"

	"github.com/bothost/bothost/host/catalog"
	"github.com/bothost/bothost/host/supervise"
)

// watchPlugins follows the plugin directory until the host is closed.
func (h *Host) watchPlugins() {
	ctx, stop := context.WithCancel(context.Background())
	h.stopWatching = stop
	h.watching.Go(func() { h.catalog.Watch(ctx, pluginUsers{h}, catalog.Notify) })
}

// tryPluginsAgain has plugins that are refused or broken tried at once: it may have
// been for a configuration that is in force no more.
func (h *Host) tryPluginsAgain() {
	h.catalog.LookAgain()
	for _, status := range h.supervisor.Status() {
		if status.State != supervise.Broken {
			continue
		}
		if err := h.supervisor.Reset(status.Plugin); err != nil {
			h.logger.Warn("broken plugin is not tried again yet", "plugin", status.Plugin, "error", err)
		}
	}
}

// pluginUsers are the host's turns, as the catalog sees them.
type pluginUsers struct{ host *Host }

// Replace implements catalog.Users. A plugin that takes no place has nothing to
// fit: what names it has been refused, or answers 503, until now.
func (p pluginUsers) Replace(ctx context.Context, before, next catalog.Entry, commit func()) error {
	if before.Usable() {
		if err := p.host.checkReplacement(ctx, before, next); err != nil {
			return err
		}
	}
	if err := p.host.supervisor.Replace(ctx, next.Binary(), commit); err != nil {
		return err
	}
	if outdates(before, next) {
		p.host.registry.ClearCache()
	}
	return nil
}

// outdates reports whether bots that were built before a replacement do not have
// what they should: their configuration was read by another schema, or their
// fallbacks speak for a model whose plugin was not there.
func outdates(before, next catalog.Entry) bool {
	if !before.Usable() {
		return next.Kind == "llm"
	}
	return string(before.Schema.Raw()) != string(next.Schema.Raw())
}

// Withdraw implements catalog.Users.
func (p pluginUsers) Withdraw(ctx context.Context, plugin string) error {
	return p.host.supervisor.Withdraw(ctx, plugin)
}
