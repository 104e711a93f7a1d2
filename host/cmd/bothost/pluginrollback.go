package main

import (
	"context"
	"fmt"
	"io"
	"path/filepath"

	"github.com/spf13/cobra"

	"github.com/bothost/bothost/host/catalog"
	"github.com/bothost/bothost/host/config"
)

func (a *app) pluginRollbackCommand() *cobra.Command {
	var l *local
	command := leaf("rollback NAME [--config FILE]... [--plugin-dir DIR]", "Put the previous version of a plugin back",
		func(_ context.Context, args []string) error { return a.rollback(l, args[0]) })
	command.Long = `Put the version of a plugin that was in service before back into the plugin
directory. NAME is that of its file, such as llm-ollama. A host keeps the last
three versions of each plugin that it had in service in its data directory: the
command needs that host's configuration, and to run where the host runs. A host
that runs takes the change over within seconds, and no turn fails of it. Doing it
twice brings the newer version back.

With plugins.lock the previous version's checksum must be in it.`
	command.Example = "  bothost plugin rollback llm-ollama --config bothost.yaml"
	l = a.localFlags(command)
	return command
}

func (a *app) rollback(l *local, plugin string) error {
	c, err := l.load()
	if err != nil {
		return err
	}
	settings := c.Settings()
	checksum, err := catalog.Rollback(settings.PluginDir, filepath.Join(settings.DataDir, config.KeptDir), plugin)
	if err != nil {
		return err
	}
	answer := map[string]any{"plugin": plugin, "plugin_dir": settings.PluginDir, "checksum": checksum}
	return a.show(answer, func(w io.Writer) {
		fmt.Fprintf(w, "%s in %s is %s again\n", plugin, settings.PluginDir, shortChecksum(checksum))
	})
}
