// Package catalog knows the plugin directory: which plugins are there, which of
// them may be run, and what they say about themselves.
//
// Loading looks at each file in turn. Its name must be <kind>-<name>. It must be
// a regular, executable file that nobody but the user or root can change, and so
// must the directory. It is copied into a private folder, under its checksum,
// and from then on only the copy counts: what happens to the original is noticed
// at the next load and not before. If the directory has a file plugins.lock, the
// checksum must be in it. Then the plugin is described: it is started once,
// without any tenant's data, unless a description of the same content is cached.
// The description must fit the file's name and the contract, and its schema must
// be one.
//
// A file that fails any of this is an entry with the reason; it never keeps the
// others from being used, and none of it is run.
package catalog

import (
	"context"
	"fmt"
	"slices"
	"strings"
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
	// Describe starts a plugin and asks it what it is: supervise.Launcher does.
	Describe func(ctx context.Context, binary supervise.Binary) (*pluginv1.DescribeResponse, error)
	// DescribeTimeout bounds each call of it. Default 15 s.
	DescribeTimeout time.Duration
	// Logger gets one line for each file that is refused. nil discards them.
	Logger hclog.Logger
}

// Catalog is what a plugin directory held when it was loaded. It does not change,
// and its methods may be called concurrently.
type Catalog struct {
	dir     string
	entries []Entry
}

// Entries returns what is in the directory, by name. The caller may change the
// list, not what the entries refer to.
func (c *Catalog) Entries() []Entry { return slices.Clone(c.entries) }

// Lookup returns the entry of a plugin that can be used. Otherwise the error, a
// fault.Unavailable, says why it cannot, or what there is instead.
func (c *Catalog) Lookup(plugin string) (Entry, error) {
	for _, entry := range c.entries {
		if entry.Plugin != plugin || entry.State == Ignored {
			continue
		}
		if entry.State == Refused {
			return Entry{}, fault.New(fault.Unavailable, "plugin %s is refused: %s", plugin, entry.Reason)
		}
		return entry, nil
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
	return entry.binary(), nil
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
	for _, entry := range c.entries {
		if entry.Kind == kind && entry.State == Idle {
			names = append(names, entry.Name)
		}
	}
	return names
}

// missing names what there is, and what was probably meant.
func (c *Catalog) missing(plugin string) error {
	var known []string
	for _, entry := range c.entries {
		if entry.State == Idle {
			known = append(known, entry.Plugin)
		}
	}
	missing := fault.New(fault.Unavailable, "there is no plugin %s in %s", plugin, c.dir)
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
