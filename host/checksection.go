package host

import (
	"encoding/json"
	"strings"

	"github.com/bothost/bothost/host/catalog"
	"github.com/bothost/bothost/host/config"
	"github.com/bothost/bothost/sdk/schema"
)

// section resolves the configuration by the host's own rules: a bot is
// configured whose one real plugin is the entry's.
func (c PluginCheck) section(entry catalog.Entry) (map[string]any, error) {
	loaded, err := config.Load(config.LoadOptions{
		Environ:  withoutConfiguration(c.Environ),
		Overlays: []config.Overlay{{Origin: "bothost plugin check", Values: standIns()}, c.overlay(entry)},
	})
	if err != nil {
		return nil, err
	}
	resolver, err := loaded.Bind(onlyPlugin{entry})
	if err != nil {
		return nil, err
	}
	bot, err := resolver.Bot("check", nil)
	if err != nil {
		return nil, err
	}
	resolved, err := map[string]config.Section{"llm": bot.LLM, "memory": bot.Memory, "store": bot.Store}[entry.Kind].Resolve()
	if err != nil {
		return nil, err
	}
	section := map[string]any{}
	for _, half := range [][]byte{resolved.Instance, resolved.PerCall} {
		if err := json.Unmarshal(half, &section); err != nil {
			return nil, err
		}
	}
	return section, nil
}

// place is where a bot's configuration has the plugin of a kind, and the key
// there that picks it.
func place(kind string) (section, choice string) {
	switch kind {
	case "llm":
		return "llm", "provider"
	case "memory":
		return "memory", "type"
	default:
		return "conversation_storage", "backend"
	}
}

func (c PluginCheck) overlay(entry catalog.Entry) config.Overlay {
	section, choice := place(entry.Kind)
	values := map[string]any{choice: entry.Name}
	for key, value := range c.Section {
		if key != choice || value != entry.Name {
			values[key] = value
		}
	}
	return config.Overlay{Origin: c.Source, Values: map[string]any{"bot": map[string]any{section: values}}}
}

// withoutConfiguration leaves out the variables that would configure a host.
func withoutConfiguration(environ []string) []string {
	var rest []string
	for _, variable := range environ {
		if !strings.HasPrefix(variable, "BOTHOST__") {
			rest = append(rest, variable)
		}
	}
	return rest
}

// standIn is the plugin in the places that are not tested.
const standIn = "stand-in"

func standIns() map[string]any {
	bot := map[string]any{}
	for _, kind := range []string{"llm", "memory", "store"} {
		section, choice := place(kind)
		bot[section] = map[string]any{choice: standIn}
	}
	// Named, because the store of registrations must not be one that forgets
	// unless it is named, and that may be what is tested.
	_, choice := place("store")
	return map[string]any{"bot": bot, "registry": map[string]any{"store": map[string]any{choice: standIn}}}
}

// onlyPlugin is a directory of one plugin and stand-ins.
type onlyPlugin struct{ entry catalog.Entry }

func (o onlyPlugin) Names(kind string) []string {
	if kind == o.entry.Kind {
		return []string{o.entry.Name, standIn}
	}
	return []string{standIn}
}

func (o onlyPlugin) Schema(plugin string) (*schema.Schema, error) {
	if plugin == o.entry.Plugin {
		return o.entry.Schema, nil
	}
	return schema.Parse([]byte(`{"type": "object"}`))
}
