// Package catalog knows the plugin directory: which plugins are there, which of
// them may be run, and what they say about themselves.
//
// Loading looks at each file in turn. Its name must be <kind>-<name>. It must be
// a regular, executable file that nobody but the user or root can change, and so
// must the directory. It is copied into a private folder, under its checksum,
// and from then on only the copy counts. If the directory has a file plugins.lock, the
// checksum must be in it. Then the plugin is described: it is started once,
// without any tenant's data, unless a description of the same content is cached.
// The description must fit the file's name and the contract, and its schema must
// be one.
//
// A file that fails any of this is an entry with the reason; it never keeps the
// others from being used, and none of it is run.
//
// Watch goes on from there. It examines a file again when it has changed and kept
// still for a moment, and puts what passes into service by way of who uses the
// plugins (Users). What was in service before stays so until then, and if the new
// one is refused; only a lock that no longer names it, or the removal of the file,
// takes it out. What is refused is tried again, less and less often.
//
// The contents that were last in service are kept by checksum, so that Rollback
// can put one of them back.
package catalog

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/hashicorp/go-hclog"

	"github.com/bothost/bothost/host/supervise"
	"github.com/bothost/bothost/sdk/fault"
	pluginv1 "github.com/bothost/bothost/sdk/plugin/v1"
	"github.com/bothost/bothost/sdk/schema"
)

// Settings is what a catalog is loaded with.
type Settings struct {
	// Dir is the plugin directory.
	Dir string
	// PrivateDir is a folder of this process alone; the copies are in it.
	PrivateDir string
	// CacheDir keeps descriptions from one run of the host to the next; it is made
	// if it is not there. Empty: nothing is kept.
	CacheDir string
	// KeptDir keeps what was in service, for Rollback; it is made if it is not
	// there, and must be on the file system of PrivateDir. Empty: nothing is kept.
	KeptDir string
	// Describe starts a plugin and asks it what it is: supervise.Launcher does.
	Describe func(ctx context.Context, binary supervise.Binary) (*pluginv1.DescribeResponse, error)
	// DescribeTimeout bounds each call of it. Default 15 s.
	DescribeTimeout time.Duration
	// Logger gets one line for each file that is refused. nil discards them.
	Logger hclog.Logger
}

// Catalog is what the plugin directory holds: what it held when it was loaded, or,
// while Watch runs, what it holds now. Its methods may be called concurrently.
type Catalog struct {
	loader *loader

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
