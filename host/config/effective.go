package config

import "maps"

// Effective is the whole configuration of a tenant for people to see: secrets
// are masked, references to them are shown as they are. The caller may change
// it.
func (b *Bot) Effective() map[string]any {
	return b.show(func(leaf) bool { return true })
}

// Overrides is what the tenant's own layers say, masked likewise.
func (b *Bot) Overrides() map[string]any {
	return b.show(func(value leaf) bool { return value.Origin.Tenant })
}

// Origins says of every key of the effective configuration, dots between, which
// layer its value came from.
func (b *Bot) Origins() map[string]string { return origins(b.merged, "") }

func (b *Bot) show(include func(leaf) bool) map[string]any {
	sections := map[string]Section{
		llmSlot().section: b.LLM, memorySlot().section: b.Memory, storeSlot().section: b.Store,
	}
	shown := rebuild(b.merged, nil, func(path []string, value leaf) (any, bool) {
		if path[0] == llmSlot().section && llmSlot().isFallbacks(path[1:]) {
			return b.showFallbacks(), include(value)
		}
		if section, ok := sections[path[0]]; ok {
			return section.show(path[1:], value), include(value)
		}
		return value.Value, include(value)
	})
	dropEmpty(shown)
	return shown
}

// Effective is the host's own configuration for people to see, as a Bot's,
// without the parts that need plugins to be understood: see Resolver.Effective.
func (c *Config) Effective() map[string]any {
	return rebuild(c.host, nil, func(path []string, value leaf) (any, bool) {
		return show(typed(c.own, path, value), dotted(path) == adminKey), true
	})
}

// Origins says of every key of the host's own configuration which layer its
// value came from.
func (c *Config) Origins() map[string]string { return origins(c.host, "") }

// Effective is the host's whole configuration for people to see: its own keys,
// the registry's store if one is named, and under bot what tenants inherit.
func (r *Resolver) Effective() map[string]any {
	shown := r.config.Effective()
	shown["bot"] = r.inherited().Effective()
	if len(r.config.store) == 0 {
		return shown
	}
	registry, _ := shown["registry"].(map[string]any)
	registry = maps.Clone(registry)
	if registry == nil {
		registry = map[string]any{}
	}
	registry["store"] = rebuild(r.registry.values, nil, func(path []string, value leaf) (any, bool) {
		return r.registry.show(path, value), true
	})
	shown["registry"] = registry
	return shown
}

// Origins says of every key of Effective which layer its value came from.
func (r *Resolver) Origins() map[string]string {
	found := r.config.Origins()
	maps.Copy(found, origins(r.base, "bot."))
	if len(r.config.store) > 0 {
		maps.Copy(found, origins(r.registry.values, "registry.store."))
	}
	return found
}

// inherited is what tenants inherit, complete or not.
func (r *Resolver) inherited() *Bot {
	bot, _ := r.build(r.base)
	return bot
}

func origins(t tree, prefix string) map[string]string {
	found := map[string]string{}
	walk(t, nil, func(path []string, value leaf) { found[prefix+dotted(path)] = value.Origin.Name })
	return found
}

// dropEmpty removes the maps that are empty.
func dropEmpty(values map[string]any) {
	for key, value := range values {
		below, ok := value.(map[string]any)
		if !ok {
			continue
		}
		dropEmpty(below)
		if len(below) == 0 {
			delete(values, key)
		}
	}
}
