package catalog

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"

	"github.com/bothost/bothost/host/supervise"
	"github.com/bothost/bothost/sdk/fault"
	"github.com/bothost/bothost/sdk/schema"
)

// Catalog is what the plugin directory holds: what it held when it was loaded, or,
// while Watch runs, what it holds now. Its methods may be called concurrently.
type Catalog struct {
	loader *loader
	// ground is as it was when the directory was loaded.
	ground ground
	// again asks the watch to look at what is refused: see LookAgain.
	again chan struct{}

	mutex   sync.RWMutex
	entries map[string]Entry
}

// Entries returns what is in the directory, by name. The caller may change the
// list, not what the entries refer to.
func (c *Catalog) Entries() []Entry {
	c.mutex.RLock()
	defer c.mutex.RUnlock()
	return slices.SortedFunc(maps.Values(c.entries), func(a, b Entry) int { return strings.Compare(a.Plugin, b.Plugin) })
}

// Lookup returns the entry of a plugin that can be used. Otherwise the error, a
// fault.Unavailable, says why it cannot, or what there is instead.
func (c *Catalog) Lookup(plugin string) (Entry, error) {
	entry, ok := c.get(plugin)
	switch {
	case entry.Usable():
		return entry, nil
	case ok && entry.State != Ignored:
		return Entry{}, fault.New(fault.Unavailable, "plugin %s is %s: %s", plugin, entry.State, entry.Reason)
	}
	return Entry{}, c.missing(plugin)
}

// Binary returns what is to be run as the plugin. It implements
// supervise.Catalog.
func (c *Catalog) Binary(plugin string) (supervise.Binary, error) {
	entry, err := c.Lookup(plugin)
	if err != nil {
		return supervise.Binary{}, err
	}
	return entry.Binary(), nil
}

// Schema returns the schema of a plugin's configuration section.
func (c *Catalog) Schema(plugin string) (*schema.Schema, error) {
	entry, err := c.Lookup(plugin)
	if err != nil {
		return nil, err
	}
	return entry.Schema, nil
}

// Names returns the names of the plugins of a kind that can be used, without the
// kind: what a configuration says.
func (c *Catalog) Names(kind string) []string {
	var names []string
	for _, entry := range c.Entries() {
		if entry.Kind == kind && entry.Usable() {
			names = append(names, entry.Name)
		}
	}
	return names
}

func (c *Catalog) get(plugin string) (Entry, bool) {
	c.mutex.RLock()
	defer c.mutex.RUnlock()
	entry, ok := c.entries[plugin]
	return entry, ok
}

func (c *Catalog) put(entry Entry) {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	c.entries[entry.Plugin] = entry
}

func (c *Catalog) remove(plugin string) {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	delete(c.entries, plugin)
}

// missing names what there is, and what was probably meant.
func (c *Catalog) missing(plugin string) error {
	var known []string
	for _, entry := range c.Entries() {
		if entry.Usable() {
			known = append(known, entry.Plugin)
		}
	}
	missing := fault.New(fault.Unavailable, "there is no plugin %s in %s", plugin, c.loader.Dir)
	if near := schema.Nearest(plugin, known); near != "" {
		return missing.WithRemedy("did you mean %s?", near)
	}
	if len(known) == 0 {
		return missing.WithRemedy("no plugin can be used; %s lists them", "bothost plugin list")
	}
	return missing.WithRemedy("there are %s", strings.Join(known, ", "))
}

var _ supervise.Catalog = (*Catalog)(nil)

func wrongDir(dir string, err error) error {
	return fmt.Errorf("plugin directory %s: %w", dir, err)
}
