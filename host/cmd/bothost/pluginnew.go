package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"path/filepath"

	"github.com/spf13/cobra"

	"github.com/bothost/bothost/host/scaffold"
)

func (a *app) pluginNewCommand() *cobra.Command {
	var options scaffold.Options
	command := leaf("new KIND NAME [--dir DIR] [--sdk PATH] [--module PATH]", "Begin a plugin in Go: a module that works, with its tests",
		func(_ context.Context, args []string) error {
			options.Kind, options.Name, options.SDKVersion = args[0], args[1], programVersion()
			options.Dir = cmp.Or(options.Dir, options.FullName())
			return a.newPlugin(options)
		})
	command.Long = `Begin a plugin in Go: a module of its own with a small implementation that works,
the conformance test of its kind, and a Makefile. KIND is llm, memory or store,
and NAME is what configurations will pick the plugin by.

The module requires the version of bothost that this program is. With --sdk it is
built with a checkout instead, as it must be if this program is no released
version.`
	command.Example = `  bothost plugin new llm acme
  bothost plugin new store acme --dir ../store-acme --sdk . --module example.com/store-acme`
	flags := command.Flags()
	flags.StringVar(&options.Dir, "dir", "", "`DIR` for the module, empty or not there yet (default: ./KIND-NAME)")
	flags.StringVar(&options.SDKPath, "sdk", "", "`PATH` of a checkout of bothost to build with")
	flags.StringVar(&options.Module, "module", "", "`PATH` of the module (default: KIND-NAME)")
	return command
}

func (a *app) newPlugin(options scaffold.Options) error {
	if err := options.Check(); err != nil {
		return usageError{err}
	}
	err := scaffold.New(options)
	if errors.Is(err, scaffold.ErrUnreleased) {
		return withHint(err, "bothost plugin new %s %s --sdk PATH, with the folder of a checkout of https://github.com/bothost/bothost for PATH",
			options.Kind, options.Name)
	}
	if err != nil {
		return err
	}
	program := filepath.Join("bin", options.FullName())
	var next []string
	if options.Dir != "." {
		next = append(next, "cd "+quoted(options.Dir))
	}
	if options.SDKPath == "" {
		next = append(next, "go mod tidy")
	}
	next = append(next, "make", "bothost plugin check "+program)
	made := map[string]any{"plugin": options.FullName(), "dir": options.Dir, "next": next}
	return a.show(made, func(w io.Writer) {
		fmt.Fprintf(w, "%s is in %s; README.md says what is what. Next:\n\n", options.FullName(), options.Dir)
		for _, line := range next {
			fmt.Fprintf(w, "  %s\n", line)
		}
	})
}
