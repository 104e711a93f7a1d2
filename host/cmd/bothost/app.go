package main

import (
	"context"
	"errors"
	"io"
	"os"
	"os/signal"
	"slices"
	"strings"
	"syscall"

	"github.com/spf13/cobra"

	"github.com/bothost/bothost/sdk/fault"
)

// app is one run of the program: its streams, its environment and the flags that
// all commands share.
type app struct {
	stdin          io.Reader
	stdout, stderr io.Writer
	environ        []string
	json           bool
}

func (a *app) root() *cobra.Command {
	root := group("bothost", "Run bots for many tenants, made of plugins",
		a.serveCommand(), a.chatCommand(), a.tenantCommand(), a.pluginCommand(),
		a.configCommand(), a.doctorCommand(), a.versionCommand())
	root.Long = `Run bots for many tenants, made of plugins.

"serve" runs a host. "chat" and "tenant" talk to one that runs, and "chat" starts
one for itself if none is named. The other commands look at plugins and
configuration files, and need no host.`
	root.Example = `  bothost serve
  bothost tenant put client-a client-a.yaml
  bothost chat --tenant client-a "Hello!"`
	root.SilenceErrors, root.SilenceUsage = true, true
	root.SetFlagErrorFunc(func(_ *cobra.Command, err error) error { return usageError{err} })
	root.PersistentFlags().BoolVar(&a.json, "json", false, "print JSON, for programs")
	return root
}

// group makes a command that only has others below it.
func group(use, short string, commands ...*cobra.Command) *cobra.Command {
	command := &cobra.Command{Use: use, Short: short, Args: cobra.ArbitraryArgs, RunE: rejectArgs, SuggestionsMinimumDistance: 2}
	command.AddCommand(commands...)
	return command
}

// rejectArgs says that a command must be named, or that there is none of a name.
func rejectArgs(command *cobra.Command, args []string) error {
	if len(args) == 0 {
		return usagef("name a command: %s", strings.Join(names(command), ", "))
	}
	if near := command.SuggestionsFor(args[0]); len(near) > 0 {
		return usagef("there is no command %q; did you mean %s?", args[0], strings.Join(near, " or "))
	}
	return usagef("there is no command %q; there are: %s", args[0], strings.Join(names(command), ", "))
}

func names(command *cobra.Command) []string {
	var found []string
	for _, below := range command.Commands() {
		if below.IsAvailableCommand() {
			found = append(found, below.Name())
		}
	}
	return found
}

// leaf makes a command that does something, until it is interrupted: then its
// context ends. A second interrupt ends the process at once. The arguments that
// it wants are the words of use in capitals that follow its name.
func leaf(use, short string, work func(context.Context, []string) error) *cobra.Command {
	return &cobra.Command{
		Use: use, Short: short, Args: wantArgs(argumentsOf(use)), DisableFlagsInUseLine: true,
		RunE: func(command *cobra.Command, args []string) error {
			ctx, stop := untilSignal(command.Context(), os.Interrupt, syscall.SIGTERM)
			defer stop()
			return plainly(ctx, work(ctx, args))
		},
	}
}

func untilSignal(ctx context.Context, signals ...os.Signal) (context.Context, func()) {
	ctx, stop := signal.NotifyContext(ctx, signals...)
	context.AfterFunc(ctx, stop)
	return ctx, stop
}

// plainly says of an error that it is the end of the context, if it is.
func plainly(ctx context.Context, err error) error {
	if err != nil && ctx.Err() != nil && (errors.Is(err, context.Canceled) || errors.Is(err, context.Cause(ctx)) || fault.Is(err, fault.Canceled)) {
		return errInterrupted
	}
	return err
}

// errInterrupted is the error of a command that a signal ended.
var errInterrupted = errors.New("interrupted")

// argumentsOf reads a line of usage up to the first flag.
func argumentsOf(use string) []string {
	words := strings.Fields(use)[1:]
	if flags := slices.IndexFunc(words, func(word string) bool { return strings.HasPrefix(word, "[") }); flags >= 0 {
		words = words[:flags]
	}
	return words
}

// wantArgs makes any other number of arguments a mistake of usage.
func wantArgs(wanted []string) cobra.PositionalArgs {
	return func(_ *cobra.Command, args []string) error {
		switch {
		case len(args) < len(wanted):
			return usagef("%s is missing", strings.Join(wanted[len(args):], " and "))
		case len(args) > len(wanted):
			return usagef("%q is one argument too many", args[len(wanted)])
		}
		return nil
	}
}

// variable looks an environment variable up.
func (a *app) variable(name string) string {
	for _, variable := range a.environ {
		if value, ok := strings.CutPrefix(variable, name+"="); ok {
			return value
		}
	}
	return ""
}
