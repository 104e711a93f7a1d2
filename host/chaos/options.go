//go:build linux

package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"math/rand/v2"
	"strings"
	"time"

	"github.com/bothost/bothost/host/chaos/internal/cluster"
	"github.com/bothost/bothost/host/chaos/internal/faults"
)

// options say how a run is made.
type options struct {
	bin           string
	time          time.Duration
	seed          uint64
	instances     int
	tenants       int
	conversations int
	clients       int
	hands         int
	faults        []string
	store         string
	atLeast       int
	isKept        bool
}

func parseOptions(args []string, output io.Writer) (options, error) {
	o := options{faults: faults.Kinds()}
	flags := flag.NewFlagSet("chaos", flag.ContinueOnError)
	flags.SetOutput(output)
	flags.StringVar(&o.bin, "bin", "bin", "`folder` of what make build makes")
	flags.DurationVar(&o.time, "time", 2*time.Minute, "how long faults are injected; start and check come on top")
	flags.Uint64Var(&o.seed, "seed", 0, "`number` that the run's choices follow from (default: a random one)")
	flags.IntVar(&o.instances, "instances", 3, "hosts")
	flags.IntVar(&o.tenants, "tenants", 4, "tenants")
	flags.IntVar(&o.conversations, "conversations", 16, "conversations of each tenant")
	flags.IntVar(&o.clients, "clients", 96, "clients at once")
	flags.IntVar(&o.hands, "hands", 2, "faults at once, at most")
	flags.Func("faults", "kinds of faults, a `list` (default all: "+strings.Join(faults.Kinds(), ",")+")", func(text string) error {
		o.faults = nil
		if text != "" {
			o.faults = strings.Split(text, ",")
		}
		return nil
	})
	flags.StringVar(&o.store, "store", cluster.Postgres, "postgres or sqlite")
	flags.IntVar(&o.atLeast, "at-least", 0, "fail if fewer turns were acknowledged")
	flags.BoolVar(&o.isKept, "keep", false, "keep the logs also if nothing is wrong")
	if err := flags.Parse(args); err != nil {
		return o, flag.ErrHelp
	}
	if o.seed == 0 {
		o.seed = rand.Uint64N(1_000_000_000) + 1
	}
	switch {
	case flags.NArg() > 0:
		return o, fmt.Errorf("unexpected argument %q", flags.Arg(0))
	case o.store != cluster.Postgres && o.store != cluster.SQLite:
		return o, fmt.Errorf("there is no store %q; there are postgres and sqlite", o.store)
	case o.time <= 0 || min(o.instances, o.tenants, o.conversations, o.clients, o.hands) < 1:
		return o, errors.New("--time, --instances, --tenants, --conversations, --clients and --hands must be more than 0")
	}
	return o, nil
}

// command is what repeats the run.
func (o options) command() string {
	return fmt.Sprintf("go run ./host/chaos --seed %d --time %v --instances %d --tenants %d --conversations %d --clients %d --hands %d --store %s --faults %s --bin %s",
		o.seed, o.time, o.instances, o.tenants, o.conversations, o.clients, o.hands, o.store, strings.Join(o.faults, ","), o.bin)
}
