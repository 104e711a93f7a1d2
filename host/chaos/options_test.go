//go:build linux

package main

import (
	"errors"
	"flag"
	"io"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/bothost/bothost/host/chaos/internal/faults"
)

func TestOptions(t *testing.T) {
	t.Parallel()
	o, err := parseOptions(nil, io.Discard)
	if err != nil || o.seed == 0 || o.time != 2*time.Minute || o.instances != 3 || !slices.Equal(o.faults, faults.Kinds()) {
		t.Errorf("without arguments: %+v, %v", o, err)
	}
	// The command that repeats a run means the same run.
	given := strings.Fields("--seed 5 --time 3s --instances 2 --tenants 3 --conversations 4 --clients 6 --hands 7 --store sqlite --faults kill-host,change --bin elsewhere")
	if o, err = parseOptions(given, io.Discard); err != nil {
		t.Fatal(err)
	}
	again, err := parseOptions(strings.Fields(o.command())[3:], io.Discard)
	if err != nil || o.command() != again.command() || again.seed != 5 || len(again.faults) != 2 || again.bin != "elsewhere" {
		t.Errorf("%s is understood as %+v, %v", o.command(), again, err)
	}
	if o, err = parseOptions([]string{"--faults", ""}, io.Discard); err != nil || len(o.faults) > 0 {
		t.Errorf("without faults: %v, %v", o.faults, err)
	}
}

func TestWrongOptions(t *testing.T) {
	t.Parallel()
	for _, args := range []string{"extra", "--store mysql", "--time 0s", "--instances 0", "--clients -1"} {
		if _, err := parseOptions(strings.Fields(args), io.Discard); err == nil || errors.Is(err, flag.ErrHelp) {
			t.Errorf("%s: %v", args, err)
		}
	}
	if _, err := parseOptions([]string{"--sed", "1"}, io.Discard); !errors.Is(err, flag.ErrHelp) {
		t.Errorf("an unknown flag: %v", err)
	}
}
