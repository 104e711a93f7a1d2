package host

import (
	"context"
	"fmt"
	"reflect"
	"time"

	"github.com/bothost/bothost/host/config"
)

// Reload puts a configuration in force, all of it or nothing: turns that begin
// from now on run it, and plugins that are refused or broken are tried again. What a
// host is made of once, such as its address, its folders and its limits, stays as it
// was, and the log says so.
func (h *Host) Reload(c *config.Config) error {
	resolver, err := c.Bind(h.catalog)
	if err != nil {
		return fmt.Errorf("configuration:\n%w", err)
	}
	if err := h.checkAllEffects(resolver); err != nil {
		return fmt.Errorf("configuration:\n%w", err)
	}
	for _, key := range h.fixed(resolver) {
		h.logger.Warn("this change needs a restart", "key", key)
	}
	changed := newConfiguration(resolver)
	h.inForce.Store(changed)
	h.registry.ClearCache()
	h.tryPluginsAgain()
	h.logger.Info("configuration reloaded", "tenants_in_files", len(changed.files))
	return nil
}

// fixed names the keys whose values another configuration changes, and that
// cannot be changed while a host runs.
func (h *Host) fixed(resolver *config.Resolver) []string {
	keys := fixedSettings(h.Resolver().Config().Settings(), resolver.Config().Settings())
	if key, err := resolver.Config().AdminKey(); err != nil || key != "" && key != h.adminKey {
		keys = append(keys, "auth.admin_key")
	}
	before, beforeErr := h.Resolver().RegistryStore().Resolve()
	after, afterErr := resolver.RegistryStore().Resolve()
	if beforeErr != nil || afterErr != nil || before.Fingerprint(h.fingerprintKey) != after.Fingerprint(h.fingerprintKey) {
		keys = append(keys, "registry.store")
	}
	return keys
}

func fixedSettings(before, after config.Settings) []string {
	var keys []string
	for _, part := range []struct {
		key           string
		before, after any
	}{
		{"listen", before.Listen, after.Listen},
		{"plugin_dir", before.PluginDir, after.PluginDir},
		{"data_dir", before.DataDir, after.DataDir},
		{"auth", before.Auth, after.Auth},
		{"registry.cache_ttl", before.Registry.CacheTTL, after.Registry.CacheTTL},
		{"registry.max_cache_size", before.Registry.MaxCacheSize, after.Registry.MaxCacheSize},
		{"conversation.wait", before.Conversation.Wait, after.Conversation.Wait},
		{"conversation.max_waiting", before.Conversation.MaxWaiting, after.Conversation.MaxWaiting},
		{"plugin_env", before.PluginEnv, after.PluginEnv},
		{"log", before.Log, after.Log},
	} {
		if !reflect.DeepEqual(part.before, part.after) {
			keys = append(keys, part.key)
		}
	}
	return keys
}

// watchInterval is how often configuration files are looked at. Polling works on
// every file system, and through the links that orchestrators swap.
const watchInterval = time.Second

// Watch reloads the configuration whenever its files differ from those that were
// read for the one in force, until ctx ends. A change is taken once the files
// have kept still for a moment. A configuration with mistakes is logged and not
// put in force.
func (h *Host) Watch(ctx context.Context, options config.LoadOptions) {
	for before, refused := "", ""; ; {
		select {
		case <-time.After(watchInterval):
		case <-ctx.Done():
			return
		}
		inForce := h.Resolver().Config()
		now := options.Stamp(inForce)
		still := now == before
		before = now
		if now == inForce.Stamp() || now == refused || !still {
			continue
		}
		changed, err := config.Load(options)
		if err == nil {
			err = h.Reload(changed)
		}
		if err != nil {
			refused = now
			h.logger.Error("configuration not reloaded; the last good one stays in force", "error", err)
		}
	}
}
