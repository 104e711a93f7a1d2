package main

import (
	"context"
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"github.com/bothost/bothost/host/catalog"
)

func (a *app) pluginPinCommand() *cobra.Command {
	var l *local
	var keep bool
	command := leaf("pin [--plugin-dir DIR] [--keep]", "Approve the plugins that are there now, and nothing else",
		func(context.Context, []string) error { return a.pin(l, keep) })
	command.Long = `Write plugins.lock in the plugin directory: the plugins that are there now are
approved, and a host uses nothing else from then on.`
	command.Example = "  bothost plugin pin --plugin-dir ./bin/plugins"
	command.Flags().BoolVar(&keep, "keep", false, "keep what was approved before, for a lock that several systems share")
	l = a.localFlags(command)
	return command
}

func (a *app) pin(l *local, keep bool) error {
	c, err := l.load()
	if err != nil {
		return err
	}
	dir := c.Settings().PluginDir
	pinned, err := catalog.Pin(dir, keep)
	if err != nil {
		return err
	}
	return a.show(map[string]any{"plugin_dir": dir, "pinned": pinned}, func(w io.Writer) {
		fmt.Fprintf(w, "%s in %s approves: %s\n", catalog.LockName, dir, strings.Join(pinned, ", "))
	})
}
