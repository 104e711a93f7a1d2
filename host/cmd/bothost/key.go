package main

import (
	"context"
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"github.com/bothost/bothost/host/apiclient"
)

func (a *app) keyCommand() *cobra.Command {
	command := group("key", "Make, list and revoke a tenant's keys",
		a.keyCreateCommand(), a.keyListCommand(), a.keyRevokeCommand())
	command.Example = "  bothost tenant key create client-a"
	return command
}

func (a *app) keyCreateCommand() *cobra.Command {
	var r *remote
	command := leaf("create TENANT", "Make a key; it is shown this once", func(ctx context.Context, args []string) error {
		key, err := r.client().CreateKey(ctx, args[0])
		if err != nil {
			return r.named(err)
		}
		return a.show(key, func(w io.Writer) {
			fmt.Fprintln(w, key.Secret)
			fmt.Fprintf(a.stderr, "Key %s of tenant %s. Keep it: it is not shown again.\n", key.ID, args[0])
		})
	})
	command.Example = "  BOTHOST_KEY=$(bothost tenant key create client-a)"
	r = a.remoteFlags(command)
	return command
}

func (a *app) keyListCommand() *cobra.Command {
	var r *remote
	command := leaf("list TENANT", "List a tenant's keys, without the secrets", func(ctx context.Context, args []string) error {
		keys, err := r.client().ListKeys(ctx, args[0])
		if err != nil {
			return r.named(err)
		}
		return a.show(items(keys), func(w io.Writer) { a.keysTable(w, args[0], keys) })
	})
	command.Example = "  bothost tenant key list client-a"
	r = a.remoteFlags(command)
	return command
}

func (a *app) keysTable(w io.Writer, tenant string, keys []apiclient.Key) {
	if len(keys) == 0 {
		fmt.Fprintf(a.stderr, "Tenant %s has no keys. Make one: bothost tenant key create %s\n", tenant, tenant)
		return
	}
	rows := make([][]string, 0, len(keys))
	for _, key := range keys {
		rows = append(rows, []string{key.ID, timeText(key.CreatedAt)})
	}
	table(w, []string{"ID", "CREATED"}, rows)
}

func (a *app) keyRevokeCommand() *cobra.Command {
	var r *remote
	command := leaf("revoke TENANT ID", "Make a key worthless", func(ctx context.Context, args []string) error {
		if err := r.client().RevokeKey(ctx, args[0], args[1]); err != nil {
			return r.named(err)
		}
		return a.show(map[string]any{"id": args[1], "revoked": true}, func(w io.Writer) {
			fmt.Fprintf(w, "key %s of tenant %s revoked\n", args[1], args[0])
		})
	})
	command.Example = "  bothost tenant key revoke client-a 0123456789abcdef"
	r = a.remoteFlags(command)
	return command
}
