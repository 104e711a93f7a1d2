//go:build linux

package main

import (
	"fmt"
	"io"
)

func (r report) printBoundaryTurns(w io.Writer) {
	fmt.Fprintln(w, "at once\tform\tone process: p50 ms\tCPU us\twith plugins: p50 ms\tCPU us\tp50 x\tCPU x\tfailed\t")
	for _, row := range r.Boundary.Turns {
		fmt.Fprintf(w, "%d\t%s\t%.2f\t%.0f\t%.2f\t%.0f\t%.2f\t%.2f\t%d\t\n", row.Conversations, row.Form, row.One.P50, row.One.CPU,
			row.Plugins.P50, row.Plugins.CPU, row.P50, row.CPU, row.One.Failed+row.Plugins.Failed)
	}
}

func (r report) printBoundaryStarts(w io.Writer) {
	fmt.Fprintln(w, "what\tfile alone ms\tfirst reply ms\tx\t")
	for _, row := range r.Boundary.Starts {
		fmt.Fprintf(w, "%s\t%.1f\t%.1f\t%.2f\t\n", row.Plugin, row.Alone, row.Reply, row.ReplyToAlone)
	}
}
