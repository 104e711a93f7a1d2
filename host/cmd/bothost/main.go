// Command bothost runs a bot host, and talks to one.
//
// What is here is what belongs to a command line: flags, subcommands, signals,
// and output for people. Everything else is in package host, for commands that
// work on this machine, and in package apiclient, for those that talk to a host
// that runs already.
package main

import (
	"context"
	"io"
	"os"
	"slices"

	"github.com/bothost/bothost/host/internal/slack"
)

func main() {
	if slices.Contains(os.Args[1:], "serve") {
		slack.Take()
	}
	os.Exit(run(context.Background(), os.Args[1:], os.Stdin, os.Stdout, os.Stderr, os.Environ()))
}

// The exit statuses of all commands.
const (
	exitDone   = 0
	exitFailed = 1
	exitUsage  = 2
)

// run is the whole program, apart from the process that it runs in. The context
// ends it as an interrupt would.
func run(ctx context.Context, args []string, stdin io.Reader, stdout, stderr io.Writer, environ []string) int {
	a := &app{stdin: stdin, stdout: stdout, stderr: stderr, environ: environ}
	//nolint:contextcheck // cobra hands the context to the commands
	root := a.root()
	root.SetArgs(args)
	root.SetIn(stdin)
	root.SetOut(stdout)
	root.SetErr(stderr)
	command, err := root.ExecuteContextC(ctx)
	if err == nil {
		return exitDone
	}
	return a.report(command, err)
}
