package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"github.com/bothost/bothost/host"
	"github.com/bothost/bothost/host/apiclient"
)

func (a *app) pluginCommand() *cobra.Command {
	command := group("plugin", "See, check, pin and roll back plugins",
		a.pluginListCommand(), a.pluginDescribeCommand(), a.pluginCheckCommand(), a.pluginPinCommand(), a.pluginRollbackCommand(),
		a.pluginNewCommand())
	command.Example = `  bothost plugin list
  bothost plugin describe llm-ollama`
	return command
}

// withWorkshop reads the plugin directory for as long as use takes.
func (l *local) withWorkshop(ctx context.Context, use func(*host.Workshop) error) (err error) {
	c, err := l.load()
	if err != nil {
		return err
	}
	workshop, err := host.OpenWorkshop(ctx, c.Settings(), l.app.silentLogger())
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, workshop.Close()) }()
	return use(workshop)
}

func (a *app) pluginListCommand() *cobra.Command {
	var l *local
	var r *remote
	command := leaf("list", "List the plugins, and why one is refused", func(ctx context.Context, _ []string) error {
		plugins, err := a.listPlugins(ctx, l, r)
		if err != nil {
			return err
		}
		return a.show(items(plugins), func(w io.Writer) { pluginTable(w, plugins) })
	})
	command.Long = `List the plugins, and why one is refused: those of the host at --url or
BOTHOST_URL, with what runs of them, or else those in the plugin directory.`
	command.Example = "  bothost plugin list --plugin-dir ./bin/plugins"
	l, r = a.localFlags(command), a.remoteFlags(command)
	return command
}

func (a *app) listPlugins(ctx context.Context, l *local, r *remote) (plugins []apiclient.Plugin, err error) {
	if r.address() != "" {
		plugins, err = r.client().ListPlugins(ctx)
		return plugins, r.named(err)
	}
	err = l.withWorkshop(ctx, func(w *host.Workshop) error {
		for _, plugin := range w.Plugins() {
			plugins = append(plugins, apiclient.Plugin(plugin))
		}
		return nil
	})
	return plugins, err
}

func pluginTable(w io.Writer, plugins []apiclient.Plugin) {
	rows := make([][]string, 0, len(plugins))
	var reasons []string
	for _, p := range plugins {
		rows = append(rows, []string{p.Plugin, orDash(p.Version), p.State, activeText(p.Pinned), contentText(p)})
		if p.Reason != "" {
			reasons = append(reasons, fmt.Sprintf("%s is %s: %s", p.Plugin, p.State, p.Reason))
		}
		if p.Suspended > 0 {
			reasons = append(reasons, fmt.Sprintf("%s: %s", p.Plugin, suspendedText(p.Suspended)))
		}
		if p.LastError != "" {
			reasons = append(reasons, fmt.Sprintf("last error of %s: %s", p.Plugin, p.LastError))
		}
	}
	table(w, []string{"PLUGIN", "VERSION", "STATE", "PINNED", "CHECKSUM"}, rows)
	if len(reasons) > 0 {
		fmt.Fprintf(w, "\n%s\n", strings.Join(reasons, "\n"))
	}
}

// contentText says what is run.
func contentText(p apiclient.Plugin) string {
	switch {
	case p.Attached && p.PID != 0:
		return fmt.Sprintf("attached to process %d", p.PID)
	case p.Attached:
		return "attached"
	}
	return shortChecksum(p.Checksum)
}

func suspendedText(count int) string {
	if count == 1 {
		return "1 configuration is suspended after failures"
	}
	return fmt.Sprintf("%d configurations are suspended after failures", count)
}

// shortChecksum is enough to tell two apart; --json has the whole.
func shortChecksum(checksum string) string {
	const shown = len("sha256:") + 12
	if len(checksum) <= shown {
		return orDash(checksum)
	}
	return checksum[:shown]
}
