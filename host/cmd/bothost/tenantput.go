package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"github.com/bothost/bothost/host/apiclient"
	"github.com/bothost/bothost/host/config"
)

// maxOverrides bounds what is read of standard input, in bytes: the host takes no
// more.
const maxOverrides = 1 << 20

func (a *app) tenantPutCommand() *cobra.Command {
	var r *remote
	var options apiclient.PutOptions
	command := leaf("put TENANT FILE [--if-match REVISION] [--restore]", "Register a tenant, or replace its configuration",
		func(ctx context.Context, args []string) error {
			overrides, err := a.readOverrides(args[1])
			if err != nil {
				return err
			}
			tenant, err := r.client().PutTenant(ctx, args[0], overrides, options)
			if err != nil {
				return r.named(err)
			}
			return a.show(tenant, func(w io.Writer) {
				fmt.Fprintf(w, "tenant %s registered, revision %d\n", tenant.Name, tenant.Revision)
			})
		})
	command.Long = `Register a tenant, or replace its configuration. FILE is YAML, JSON or TOML by its
name, and says what is to differ from what all tenants inherit; "-" reads JSON
from standard input.`
	command.Example = `  bothost tenant put client-a client-a.yaml
  echo '{"prompts": {"system": "You are kind."}}' | bothost tenant put client-a -`
	command.Flags().Uint64Var(&options.IfRevision, "if-match", 0, "only if the tenant is at this `REVISION`")
	command.Flags().BoolVar(&options.Restore, "restore", false, "bring a deleted tenant back")
	r = a.remoteFlags(command)
	return command
}

// readOverrides gives a file, or standard input, as JSON.
func (a *app) readOverrides(path string) (json.RawMessage, error) {
	if path == "-" {
		return a.readJSON()
	}
	document, err := config.ReadDocument(path)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	raw, err := json.Marshal(document)
	if err != nil {
		return nil, fmt.Errorf("%s: write it as JSON: %w", path, err)
	}
	return raw, nil
}

func (a *app) readJSON() (json.RawMessage, error) {
	raw, err := io.ReadAll(io.LimitReader(a.stdin, maxOverrides+1))
	switch {
	case err != nil:
		return nil, fmt.Errorf("read standard input: %w", err)
	case len(raw) > maxOverrides:
		return nil, fmt.Errorf("standard input has more than %d bytes", maxOverrides)
	case !json.Valid(raw):
		return nil, errors.New("standard input is not JSON; a YAML or TOML file can be given by its name")
	}
	return raw, nil
}
