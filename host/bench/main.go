//go:build linux

package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"syscall"
)

func main() {
	// Nothing must be left behind when who reads the report goes away, either: what
	// is written then fails, and the rest is cleaned up. It must not count as a
	// request to end, which the end of a plugin's connection would be, too.
	signal.Ignore(syscall.SIGPIPE)
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	err := command(ctx, os.Args[1:])
	stop()
	switch {
	case err == nil:
	case errors.Is(err, flag.ErrHelp):
		os.Exit(2)
	default:
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

func command(ctx context.Context, args []string) error {
	if len(args) == 0 {
		return run(ctx, args, os.Stdout)
	}
	switch args[0] {
	case "model":
		return serveModel(args[1:])
	case "hop":
		return serveHop(args[1:])
	case "united":
		return serveUnited(ctx, args[1:])
	default:
		return run(ctx, args, os.Stdout)
	}
}
