//go:build linux

package main

import (
	"fmt"
	"io"
	"maps"
	"slices"
)

func (r report) printLevels(w io.Writer) {
	fmt.Fprintln(w, "at once\tform\twhat\tturns/s\tp50 ms\tp99 ms\tCPU us\tCPU x hop\tx collecting\tp50 x hop\tx direct\t+ ms\tfailed\t")
	for i, row := range r.Levels {
		if i > 0 && (row.Form != r.Levels[i-1].Form || row.Conversations != r.Levels[i-1].Conversations) {
			fmt.Fprintln(w, "\t\t\t\t\t\t\t\t\t\t\t\t\t")
		}
		fmt.Fprintf(w, "%d\t%s\t%s\t%.0f\t%.2f\t%.2f\t%s\t%s\t%s\t%s\t%s\t%s\t%d\t\n",
			row.Conversations, row.Form, row.Subject, row.PerSecond, row.P50, row.P99,
			number("%.0f", row.CPU), number("%.2f", row.CPUToHop), number("%.2f", row.CPUToCollecting), number("%.2f", row.P50ToHop),
			number("%.2f", row.P50ToDirect), number("%.2f", row.Added), row.Failed)
	}
}

// printPrograms leaves out what is one program only.
func (r report) printPrograms(w io.Writer) {
	programs := map[string]bool{}
	for _, row := range r.Levels {
		if len(row.CPUOf) > 1 {
			for name := range row.CPUOf {
				programs[name] = true
			}
		}
	}
	names := slices.Sorted(maps.Keys(programs))
	fmt.Fprint(w, "at once\tform\twhat\t")
	for _, name := range names {
		fmt.Fprintf(w, "%s\t", name)
	}
	fmt.Fprintln(w)
	for _, row := range r.Levels {
		if len(row.CPUOf) < 2 {
			continue
		}
		fmt.Fprintf(w, "%d\t%s\t%s\t", row.Conversations, row.Form, row.Subject)
		for _, name := range names {
			fmt.Fprintf(w, "%s\t", number("%.0f", row.CPUOf[name]))
		}
		fmt.Fprintln(w)
	}
}

func (r report) printStreams(w io.Writer) {
	fmt.Fprintln(w, "what\tstreams\tfailed\tfirst p50 ms\tp99 ms\tlongest gap p50 ms\tmost ms\tpieces/s p50\tleast\tof all\tRSS MiB\tPSS MiB\t")
	for _, row := range r.Streams {
		fmt.Fprintf(w, "%s\t%d\t%d\t%.0f\t%.0f\t%.0f\t%.0f\t%.1f\t%.1f\t%.0f\t%.0f\t%.0f\t\n", row.Subject, row.Streams, row.Failed,
			row.FirstP50, row.FirstP99, row.GapP50, row.GapMost, row.RateP50, row.RateLeast, row.PerSecond, row.Memory.RSS, row.Memory.PSS)
		if row.Failure != "" {
			fmt.Fprintf(w, "one failed so: %s\n", row.Failure)
		}
	}
}

func (r report) printStreamPrograms(w io.Writer) {
	fmt.Fprintln(w, "with\tprogram\tprocessors\tus a piece\t")
	for _, row := range r.Streams {
		for _, name := range slices.Sorted(maps.Keys(row.Programs)) {
			cost := row.Programs[name]
			fmt.Fprintf(w, "%s\t%s\t%.2f\t%.1f\t\n", row.Subject, name, cost.Cores, cost.APiece)
		}
	}
}
