package catalog

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"

	"github.com/bothost/bothost/host/supervise"
	pluginv1 "github.com/bothost/bothost/sdk/plugin/v1"
)

// attach asks the processes what they are, and enters them.
func (c *Catalog) attach(ctx context.Context) error {
	for _, plugin := range slices.Sorted(maps.Keys(c.loader.Attached)) {
		socket := c.loader.Attached[plugin]
		c.loader.Logger.Warn("plugin is a process that the host attaches to: nobody has checked what it runs, "+LockName+" does not count for it",
			"plugin", plugin, "socket", socket)
		description, err := c.loader.Describe(ctx, supervise.Binary{Plugin: plugin, Socket: socket})
		if err != nil {
			return err
		}
		if _, err := c.enter(plugin, socket, description); err != nil {
			return fmt.Errorf("%s: cannot be attached to: %w", plugin, err)
		}
	}
	return nil
}

// Adopt takes over what an attached plugin says of itself, and reports whether
// its configuration has another schema than before. The error says why it is not
// that plugin, or none at all.
func (c *Catalog) Adopt(plugin string, description *pluginv1.DescribeResponse) (changed bool, err error) {
	before, _ := c.get(plugin)
	if !before.Attached() {
		return false, fmt.Errorf("plugin %s is not attached", plugin)
	}
	after, err := c.enter(plugin, before.Socket, description)
	if err != nil {
		return false, err
	}
	return string(before.Schema.Raw()) != string(after.Schema.Raw()), nil
}

func (c *Catalog) enter(plugin, socket string, description *pluginv1.DescribeResponse) (Entry, error) {
	entry := newEntry(plugin)
	if entry.State == Ignored {
		return entry, errors.New(entry.Reason)
	}
	if name := description.GetName(); name != plugin {
		return entry, fmt.Errorf("it says that it is %q", name)
	}
	if err := entry.adopt(description); err != nil {
		return entry, err
	}
	entry.Socket = socket
	c.put(entry)
	return entry, nil
}
