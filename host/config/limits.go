package config

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/bothost/bothost/sdk/plugin/handshake"
	"github.com/bothost/bothost/sdk/schema"
)

// AllPlugins is the key of what bounds every plugin that says nothing else.
const AllPlugins = "*"

// The least that a plugin can work with.
const (
	minMessage = 64 << 10
	minMemory  = 16 << 20
)

// PluginLimits bound a process of a plugin. What is 0 was not given.
type PluginLimits struct {
	// Calls is how many may be made at once.
	Calls int `json:"calls" jsonschema:"minimum=1"`
	// Message is the largest message in either direction.
	Message schema.Size `json:"message"`
	// Memory is the GOMEMLIMIT of the process.
	Memory schema.Size `json:"memory"`
	// LogLines is how many lines a second are logged of what it prints.
	LogLines int `json:"log_lines" jsonschema:"minimum=1"`
}

// Limits are those of one plugin: key by key its own, or else those of all.
func (s Settings) Limits(plugin string) PluginLimits {
	own, all := s.Plugins[plugin], s.Plugins[AllPlugins]
	return PluginLimits{
		Calls:    cmp.Or(own.Calls, all.Calls),
		Message:  cmp.Or(own.Message, all.Message),
		Memory:   cmp.Or(own.Memory, all.Memory),
		LogLines: cmp.Or(own.LogLines, all.LogLines),
	}
}

// checkLimits refuses names that no plugin can have, since a slip there would
// leave a plugin unbounded, and sizes that nothing works with. A plugin that is
// not there may come.
func (c *Config) checkLimits() Problems {
	var problems Problems
	add := func(message string, path ...string) {
		path = append([]string{"plugins"}, path...)
		problems = append(problems, Problem{Key: dotted(path), Message: message, Source: originOf(c.host, path)})
	}
	for _, plugin := range slices.Sorted(maps.Keys(c.settings.Plugins)) {
		if plugin != AllPlugins && !isPluginName(plugin) {
			add("is no plugin's name: want one like llm-ollama, memory-buffer or store-sqlite, or \"*\" for all", plugin)
			continue
		}
		limits := c.settings.Plugins[plugin]
		if _, given := find(c.host, []string{"plugins", plugin, "message"}); given && (limits.Message < minMessage || limits.Message > handshake.MaxMessageSize) {
			add(fmt.Sprintf("want %s to %s", schema.Size(minMessage), schema.Size(handshake.MaxMessageSize)), plugin, "message")
		}
		if _, given := find(c.host, []string{"plugins", plugin, "memory"}); given && limits.Memory < minMemory {
			add(fmt.Sprintf("want at least %s", schema.Size(minMemory)), plugin, "memory")
		}
	}
	return problems
}

// isPluginName reports that a name is one of a kind.
func isPluginName(name string) bool {
	return slices.ContainsFunc(slots(), func(slot slot) bool {
		rest, ok := strings.CutPrefix(name, slot.kind+"-")
		return ok && rest != "" && strings.Trim(rest, "abcdefghijklmnopqrstuvwxyz0123456789-") == ""
	})
}
