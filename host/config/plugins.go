package config

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"

	"github.com/bothost/bothost/host/allow"
	"github.com/bothost/bothost/sdk/schema"
)

// Plugins says which plugins there are. The catalog is one. Its methods may be
// called concurrently, and must not wait.
type Plugins interface {
	// Names lists the plugins of a kind ("llm", "memory", "store"), without
	// the kind: "ollama", not "llm-ollama".
	Names(kind string) []string
	// Schema describes the section of a plugin, which goes by its full name
	// here. Its errors say why a plugin that is there cannot be used.
	Schema(plugin string) (*schema.Schema, error)
}

// errNotThere is the error for a plugin of a name that no plugin has.
var errNotThere = errors.New("there is no such plugin")

// schemas are those of the plugins, with the host's keys of the section. They
// are kept, since compiling one takes longer than everything else.
type schemas struct {
	plugins Plugins
	// allow is that of the section of the host's own.
	allow func() (*schema.Schema, error)

	mutex sync.Mutex
	kept  map[schemaKey]completed
}

// schemaKey is a plugin in a section, with or without a list of fallbacks.
type schemaKey struct {
	plugin    string
	fallbacks bool
}

// completed is a schema and what it was made of.
type completed struct{ from, with *schema.Schema }

func newSchemas(plugins Plugins) *schemas {
	return &schemas{plugins: plugins, allow: sync.OnceValues(schema.Of[allow.Rules]), kept: map[schemaKey]completed{}}
}

// of gives the schema of a section whose plugin goes by that name.
func (s *schemas) of(slot slot, name string) (*schema.Schema, error) {
	if !slices.Contains(s.plugins.Names(slot.kind), name) {
		return nil, errNotThere
	}
	plugin := slot.kind + "-" + name
	described, err := s.plugins.Schema(plugin)
	if err != nil {
		return nil, fmt.Errorf("plugin %s cannot be used: %w", plugin, err)
	}
	s.mutex.Lock()
	defer s.mutex.Unlock()
	at := schemaKey{plugin, slot == llmSlot()}
	if kept := s.kept[at]; kept.from == described {
		return kept.with, nil
	}
	with, err := described.WithKey(slot.choice, "The plugin.")
	if err == nil && at.fallbacks {
		// So that a slip in it is told; the list itself is checked apart.
		with, err = with.WithKey(fallbackKey, "What is asked in its place.")
	}
	if err != nil {
		return nil, fmt.Errorf("plugin %s cannot be used: %w", plugin, err)
	}
	s.kept[at] = completed{from: described, with: with}
	return with, nil
}

// absent is the message for a plugin that is not there.
func (s *schemas) absent(slot slot, name string) string {
	names := slices.Sorted(slices.Values(s.plugins.Names(slot.kind)))
	if slices.Contains(laterPlugins(slot.kind), name) {
		return fmt.Sprintf("%q %s", name, notYet)
	}
	message := fmt.Sprintf("there is no plugin %s-%s", slot.kind, name)
	if nearest := schema.Nearest(name, names); nearest != "" {
		message += fmt.Sprintf("; did you mean %q?", nearest)
	}
	if len(names) == 0 {
		return message + " (none of its kind is in the plugin directory)"
	}
	return message + " (there are: " + strings.Join(names, ", ") + ")"
}
