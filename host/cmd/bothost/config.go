package main

import (
	"context"
	"fmt"
	"io"
	"maps"
	"slices"

	"github.com/spf13/cobra"

	"github.com/bothost/bothost/host"
	"github.com/bothost/bothost/host/config"
)

func (a *app) configCommand() *cobra.Command {
	command := group("config", "Check and show configurations", a.configCheckCommand(), a.configShowCommand())
	command.Example = "  bothost config check --config bothost.yaml"
	return command
}

func (a *app) configCheckCommand() *cobra.Command {
	var l *local
	command := leaf("check [--config FILE]...", "Say everything that is wrong with a configuration",
		func(ctx context.Context, _ []string) error { return a.checkConfig(ctx, l) })
	command.Long = `Say everything that is wrong with a configuration: the host's own keys, what every
tenant inherits, and every tenant that a file describes, against the plugins that
are there. Nothing is opened; for that there is bothost doctor.`
	command.Example = "  bothost config check --config bothost.yaml"
	l = a.localFlags(command)
	return command
}

func (a *app) checkConfig(ctx context.Context, l *local) error {
	return l.withResolver(ctx, func(resolver *config.Resolver) error {
		tenants := resolver.Config().FileTenants()
		return a.show(map[string]any{"valid": true, "tenants_in_files": len(tenants)}, func(w io.Writer) {
			fmt.Fprintf(w, "The configuration is valid; tenants in files: %d\n", len(tenants))
		})
	})
}

// withResolver binds the configuration to the plugins that are there.
func (l *local) withResolver(ctx context.Context, use func(*config.Resolver) error) error {
	c, err := l.load()
	if err != nil {
		return err
	}
	return l.withWorkshop(ctx, func(w *host.Workshop) error {
		resolver, err := c.Bind(w.Catalog())
		if err != nil {
			return explainConfig(fmt.Errorf("the configuration is wrong:\n%w", err))
		}
		return use(resolver)
	})
}

func (a *app) configShowCommand() *cobra.Command {
	var l *local
	var r *remote
	var tenant string
	command := leaf("show [--config FILE]... [--tenant TENANT]", "Show the configuration in effect, and where each value is from",
		func(ctx context.Context, _ []string) error {
			settings, err := a.effective(ctx, l, r, tenant)
			if err != nil {
				return err
			}
			return a.show(items(settings), func(w io.Writer) { settingTable(w, settings) })
		})
	command.Long = `Show the configuration in effect, and which layer each value is from. Secrets are
masked. Without --tenant: the host's own, and under bot what every tenant inherits.

A tenant that is not in the files is looked for in the registry: that of the host
at --url or BOTHOST_URL, or else the one that the configuration names.`
	command.Example = `  bothost config show --config bothost.yaml
  bothost config show --config bothost.yaml --tenant client-a`
	l, r = a.localFlags(command), a.remoteFlags(command)
	command.Flags().StringVar(&tenant, "tenant", "", "`TENANT` whose configuration to show")
	return command
}

// setting is one key in effect.
type setting struct {
	Key    string `json:"key"`
	Value  any    `json:"value"`
	Source string `json:"source"`
}

func settingTable(w io.Writer, settings []setting) {
	rows := make([][]string, 0, len(settings))
	for _, s := range settings {
		rows = append(rows, []string{s.Key, orDash(s.Source), valueText(s.Value)})
	}
	table(w, []string{"KEY", "FROM", "VALUE"}, rows)
}

// settingsOf lists a configuration and its layers, by key.
func settingsOf(effective map[string]any, origins map[string]string) []setting {
	flat := map[string]any{}
	flatten(effective, "", flat)
	settings := make([]setting, 0, len(flat))
	for _, key := range slices.Sorted(maps.Keys(flat)) {
		settings = append(settings, setting{Key: key, Value: flat[key], Source: origins[key]})
	}
	return settings
}
