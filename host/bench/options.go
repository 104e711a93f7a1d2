//go:build linux

package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"
)

// options say what is measured, and for how long.
type options struct {
	bin           string
	time          time.Duration
	rounds        int
	conversations []int
	lengths       []int
	pieces        int
	delay         time.Duration
	starts        int
	isJSON        bool
	noPostgres    bool
}

func parseOptions(args []string, output io.Writer) (options, error) {
	o := options{conversations: []int{1, 16, 64, 512}, lengths: []int{10, 2000}}
	flags := flag.NewFlagSet("bench", flag.ContinueOnError)
	flags.SetOutput(output)
	flags.StringVar(&o.bin, "bin", "bin", "`folder` of what make build makes")
	flags.DurationVar(&o.time, "time", 2*time.Minute, "how long all of it takes, about; long conversations come on top")
	flags.IntVar(&o.rounds, "rounds", 3, "rounds that medians are taken of")
	numbers(flags, &o.conversations, "conversations", "conversations at once")
	numbers(flags, &o.lengths, "lengths", "turns of the conversations that cost is measured at")
	flags.IntVar(&o.pieces, "pieces", 16, "pieces of a reply")
	flags.DurationVar(&o.delay, "delay", 0, "the model's pause before each piece")
	flags.IntVar(&o.starts, "starts", 3, "cold starts that the median is taken of")
	flags.BoolVar(&o.isJSON, "json", false, "print JSON, with every round")
	flags.BoolVar(&o.noPostgres, "no-postgres", false, "leave PostgreSQL out")
	if err := flags.Parse(args); err != nil {
		return o, flag.ErrHelp
	}
	switch {
	case flags.NArg() > 0:
		return o, fmt.Errorf("unexpected argument %q", flags.Arg(0))
	case o.time <= 0 || o.rounds < 1 || o.pieces < 1 || o.delay < 0 || o.starts < 1:
		return o, errors.New("--time, --rounds, --pieces and --starts must be more than 0, and --delay not less")
	}
	return o, nil
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
