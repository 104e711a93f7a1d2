//go:build linux

package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"time"
)

// The parts of a run, in their order.
const (
	partTurns    = "turns"
	partLength   = "length"
	partTenants  = "tenants"
	partStreams  = "streams"
	partCold     = "cold"
	partBoundary = "boundary"
)

func allParts() []string {
	return []string{partTurns, partLength, partTenants, partStreams, partCold, partBoundary}
}

// options say what is measured, and for how long.
type options struct {
	bin           string
	only          []string
	time          time.Duration
	rounds        int
	conversations []int
	lengths       []int
	tenants       []int
	streams       int
	streamTime    time.Duration
	pieces        int
	delay         time.Duration
	starts        int
	isJSON        bool
	noPostgres    bool
}

func parseOptions(args []string, output io.Writer) (options, error) {
	o := options{
		only: allParts(), conversations: []int{1, 16, 64, 512},
		lengths: []int{10, 20, 1000, 10_000, 100_000}, tenants: []int{1, 1000, 100_000},
	}
	flags := flag.NewFlagSet("bench", flag.ContinueOnError)
	flags.SetOutput(output)
	flags.StringVar(&o.bin, "bin", "bin", "`folder` of what make build makes")
	flags.Func("only", "the `parts` to measure, of "+strings.Join(allParts(), ",")+" (default all)", func(text string) error {
		o.only = strings.Split(text, ",")
		return knownParts(o.only)
	})
	flags.DurationVar(&o.time, "time", 100*time.Second, "how long the part turns takes, about; boundary takes a quarter of it")
	flags.IntVar(&o.rounds, "rounds", 3, "rounds of turns that medians are taken of")
	numbers(flags, &o.conversations, "conversations", "conversations that speak at once")
	numbers(flags, &o.lengths, "lengths", "messages of the conversations that cost is measured at")
	numbers(flags, &o.tenants, "tenants", "registered tenants that starts and cold bots are measured at, rising")
	flags.IntVar(&o.streams, "streams", 2000, "replies that are streamed at once, 20 pieces a second each")
	flags.DurationVar(&o.streamTime, "stream-time", 15*time.Second, "how long each of those replies takes")
	flags.IntVar(&o.pieces, "pieces", 50, "pieces of a reply, but for streams")
	flags.DurationVar(&o.delay, "delay", 0, "the model's pause before each piece, but for streams")
	flags.IntVar(&o.starts, "starts", 3, "starts of a host that the median is taken of; of a plugin ten times as many")
	flags.BoolVar(&o.isJSON, "json", false, "print JSON, with every round")
	flags.BoolVar(&o.noPostgres, "no-postgres", false, "leave PostgreSQL out")
	if err := flags.Parse(args); err != nil {
		return o, flag.ErrHelp
	}
	if flags.NArg() > 0 {
		return o, fmt.Errorf("unexpected argument %q", flags.Arg(0))
	}
	return o, o.check()
}

func (o options) check() error {
	switch {
	case o.time <= 0 || o.rounds < 1 || o.pieces < 1 || o.starts < 1 || o.streams < 1:
		return errors.New("--time, --rounds, --pieces, --starts and --streams must be more than 0")
	case o.delay < 0:
		return errors.New("--delay must not be less than 0")
	case o.streamTime < 2*pieceTime:
		return fmt.Errorf("--stream-time must be at least %v: two pieces", 2*pieceTime)
	case !slices.IsSorted(o.tenants):
		return errors.New("--tenants must rise: tenants are added from one number to the next")
	}
	return nil
}

// does reports whether a part is to be measured.
func (o options) does(part string) bool { return slices.Contains(o.only, part) }

func knownParts(parts []string) error {
	for _, part := range parts {
		if !slices.Contains(allParts(), part) {
			return fmt.Errorf("%q is no part: there are %s", part, strings.Join(allParts(), ", "))
		}
	}
	return nil
}

// numbers declares a flag that is a list like 1,16,64.
func numbers(flags *flag.FlagSet, list *[]int, name, usage string) {
	flags.Func(name, usage+", a `list` (default "+strings.Trim(fmt.Sprint(*list), "[]")+")", func(text string) error {
		*list = nil
		for part := range strings.SplitSeq(text, ",") {
			number, err := strconv.Atoi(part)
			if err != nil || number < 1 {
				return fmt.Errorf("%q is no number above 0", part)
			}
			*list = append(*list, number)
		}
		return nil
	})
}
