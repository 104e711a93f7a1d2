//go:build unix

// Command scale-out runs three instances of the host behind HAProxy, over one
// PostgreSQL, and proves that together they lose nothing.
//
//	make build
//	go run ./examples/scale-out
//	go run ./examples/scale-out prove -duration 30s
//
// The first runs them until it is interrupted. The second sends turns through
// the load balancer while it kills instances, plugins and the database, reads
// every conversation back from each instance, and ends with status 1 if anything
// is not as it must be. Both end what they started, and leave nothing behind.
//
// haproxy.cfg, bothost.yaml and database.sql are what a real deployment would
// begin with; nginx.conf does the work of haproxy.cfg for those who have nginx.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"strings"
	"syscall"
	"time"
)

type options struct {
	bin      string
	dsn      string
	logs     string
	port     int
	prove    bool
	duration time.Duration
	seed     uint64
}

func main() {
	o, err := parse(os.Args[1:])
	if err != nil {
		os.Exit(2)
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := run(ctx, o); err != nil {
		fmt.Fprintln(os.Stderr, "scale-out:", err)
		stop()
		os.Exit(1)
	}
}

func parse(args []string) (options, error) {
	var o options
	if len(args) > 0 && args[0] == "prove" {
		o.prove, args = true, args[1:]
	}
	flags := flag.NewFlagSet("scale-out [prove]", flag.ContinueOnError)
	flags.StringVar(&o.bin, "bin", "bin", "`folder` of bothost and its plugins, as make build makes it")
	flags.StringVar(&o.dsn, "dsn", "", "`URL` of an empty database; without it a PostgreSQL server is started")
	flags.StringVar(&o.logs, "logs", "", "`folder` to keep the logs of all processes in")
	flags.IntVar(&o.port, "port", 8080, "`port` of the load balancer; the instances and the database have the next four")
	flags.DurationVar(&o.duration, "duration", 30*time.Second, "prove: for how `long` things are killed")
	flags.Uint64Var(&o.seed, "seed", uint64(time.Now().UnixNano()), "prove: what decides who is killed when")
	err := flags.Parse(args)
	if err == nil && flags.NArg() > 0 {
		err = fmt.Errorf("unknown argument %q", flags.Arg(0))
		fmt.Fprintln(os.Stderr, err)
	}
	return o, err
}

// run starts everything, does what the options say, and ends everything.
func run(ctx context.Context, o options) (err error) {
	folder, err := os.MkdirTemp("", "bothost-scale-out-")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(folder)) }()
	if o.logs == "" {
		o.logs = folder
	} else if err := os.MkdirAll(o.logs, 0o700); err != nil {
		return err
	}
	model := echo()
	if !o.prove {
		model = findModel(ctx)
	}
	f := &fleet{folder: folder, options: o, model: model}
	defer func() { err = errors.Join(err, f.stop()) }()
	if err := f.start(ctx); err != nil {
		return err
	}
	if o.prove {
		return prove(ctx, f)
	}
	fmt.Print(f.introduction())
	<-ctx.Done()
	fmt.Println("\nStopping.")
	return nil
}

// lines joins what is printed.
func lines(text ...string) string { return strings.Join(text, "\n") + "\n" }
