package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"github.com/bothost/bothost/host/apiclient"
)

func (a *app) tenantCommand() *cobra.Command {
	command := group("tenant", "See and change the tenants of a running host",
		a.tenantListCommand(), a.tenantGetCommand(), a.tenantPutCommand(), a.tenantDeleteCommand(),
		a.tenantSwitchCommand("activate", "Switch a tenant on again", true),
		a.tenantSwitchCommand("deactivate", "Switch a tenant off: its chats are refused at once", false),
		a.keyCommand())
	command.Long = `See and change the tenants of a running host: the one at --url or BOTHOST_URL, or
else ` + usualURL + `. With auth.mode keys this needs the admin key.`
	command.Example = `  bothost tenant list
  bothost tenant put client-a client-a.yaml`
	return command
}

func (a *app) tenantListCommand() *cobra.Command {
	var r *remote
	command := leaf("list", "List all tenants", func(ctx context.Context, _ []string) error {
		tenants, err := apiclient.All(ctx, r.client().ListTenants)
		if err != nil {
			return r.named(err)
		}
		return a.show(items(tenants), func(w io.Writer) { a.tenantTable(w, tenants) })
	})
	command.Example = "  bothost tenant list --json"
	r = a.remoteFlags(command)
	return command
}

// items is a list that is never null in JSON.
func items[T any](list []T) map[string][]T {
	return map[string][]T{"items": append([]T{}, list...)}
}

func (a *app) tenantTable(w io.Writer, tenants []apiclient.Tenant) {
	if len(tenants) == 0 {
		fmt.Fprintln(a.stderr, "No tenants yet. Register one: bothost tenant put TENANT FILE")
		return
	}
	rows := make([][]string, 0, len(tenants))
	for _, t := range tenants {
		revision := "-"
		if t.File == "" {
			revision = strconv.FormatUint(t.Revision, 10)
		}
		rows = append(rows, []string{t.Name, revision, activeText(t.Active), timeText(t.UpdatedAt), orDash(t.File)})
	}
	table(w, []string{"TENANT", "REVISION", "ACTIVE", "UPDATED", "FILE"}, rows)
}

func activeText(active bool) string {
	if active {
		return "yes"
	}
	return "no"
}

func (a *app) tenantGetCommand() *cobra.Command {
	var r *remote
	var effective bool
	command := leaf("get TENANT [--effective]", "Show a tenant's configuration", func(ctx context.Context, args []string) error {
		tenant, err := r.client().GetTenant(ctx, args[0], effective)
		if err != nil {
			return r.named(err)
		}
		return a.showTenant(tenant)
	})
	command.Example = "  bothost tenant get client-a --effective"
	command.Flags().BoolVar(&effective, "effective", false, "also show the whole configuration, with what it inherits")
	r = a.remoteFlags(command)
	return command
}

func (a *app) showTenant(t apiclient.Tenant) error {
	return a.show(t, func(w io.Writer) {
		fmt.Fprintf(w, "tenant %s, %s, active: %s\n", t.Name, placeText(t), activeText(t.Active))
		fmt.Fprintln(w, "\nits own:")
		var own map[string]any
		if err := json.Unmarshal(t.Config, &own); err == nil {
			keyTable(w, own)
		}
		if t.Effective != nil {
			fmt.Fprintln(w, "\nin effect, with what it inherits:")
			keyTable(w, t.Effective)
		}
	})
}

// placeText says where a tenant is kept.
func placeText(t apiclient.Tenant) string {
	if t.File != "" {
		return "kept in " + t.File
	}
	return "revision " + strconv.FormatUint(t.Revision, 10)
}

// keyTable prints a configuration, a key a line.
func keyTable(w io.Writer, configuration map[string]any) {
	flat := map[string]any{}
	flatten(configuration, "", flat)
	if len(flat) == 0 {
		fmt.Fprintln(w, "  (nothing)")
		return
	}
	rows := make([][]string, 0, len(flat))
	for _, key := range slices.Sorted(maps.Keys(flat)) {
		rows = append(rows, []string{"  " + key, valueText(flat[key])})
	}
	table(w, []string{"  KEY", "VALUE"}, rows)
}

// flatten gives the values that are no maps, under their paths.
func flatten(nested map[string]any, prefix string, into map[string]any) {
	for key, value := range nested {
		if below, ok := value.(map[string]any); ok {
			flatten(below, prefix+key+".", into)
			continue
		}
		into[prefix+key] = value
	}
}

func (a *app) tenantDeleteCommand() *cobra.Command {
	var r *remote
	var purge bool
	command := leaf("delete TENANT [--purge]", "Delete a tenant and revoke its keys", func(ctx context.Context, args []string) error {
		if err := r.client().DeleteTenant(ctx, args[0], purge); err != nil {
			return r.named(err)
		}
		return a.show(map[string]any{"tenant": args[0], "deleted": true, "purged": purge}, func(w io.Writer) {
			fmt.Fprintf(w, "tenant %s deleted%s\n", args[0], deletedText(purge))
		})
	})
	command.Long = `Delete a tenant and revoke its keys. Its conversations are kept and its name stays
taken, so that nobody else can come to them; with --purge both are gone.`
	command.Example = "  bothost tenant delete client-a --purge"
	command.Flags().BoolVar(&purge, "purge", false, "delete its conversations too, and free its name")
	r = a.remoteFlags(command)
	return command
}

func deletedText(purge bool) string {
	if purge {
		return ", with its conversations"
	}
	return "; its conversations are kept: bring it back with put --restore, or add --purge"
}

func (a *app) tenantSwitchCommand(name, short string, active bool) *cobra.Command {
	var r *remote
	command := leaf(name+" TENANT", short, func(ctx context.Context, args []string) error {
		tenant, err := r.client().SetTenantActive(ctx, args[0], active)
		if err != nil {
			return r.named(err)
		}
		return a.show(tenant, func(w io.Writer) {
			fmt.Fprintf(w, "tenant %s %sd, revision %d\n", tenant.Name, strings.TrimSuffix(name, "d"), tenant.Revision)
		})
	})
	command.Example = "  bothost tenant " + name + " client-a"
	r = a.remoteFlags(command)
	return command
}
