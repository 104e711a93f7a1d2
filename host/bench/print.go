//go:build linux

package main

import (
	"fmt"
	"io"
	"text/tabwriter"
)

// print writes the report for people.
func (r report) print(w io.Writer) error {
	m := r.Machine
	fmt.Fprintf(w, "Machine: %d cores (%s), %s, Linux %s, load average %s\n", m.Cores, m.CPU, m.Go, m.Kernel, m.Load)
	fmt.Fprintf(w, "Model: a fake whose replies have %d pieces, %v ms before each. Medians of %d alternating rounds.\n", r.Reply.Pieces, r.Reply.Delay, r.Rounds)
	for _, note := range r.Notes {
		fmt.Fprintf(w, "Note: %s.\n", note)
	}
	for _, table := range []struct {
		title string
		rows  func(io.Writer)
	}{
		{"Turns. CPU is user and system time of the process and all its descendants, in microseconds a turn;\n" +
			"the database server's is not in it. \"x hop\" is relative to the hop, \"x direct\" to the model without anything\n" +
			"in between, in the same form and round. A collecting hop reads a streamed reply for a client that wants the whole.", r.levels},
		{"Length: a plain turn in conversations that are so many turns long, one at a time", r.lengths},
		{"Memory of a host and its plugins, in MiB", r.memory},
	} {
		fmt.Fprintf(w, "\n%s\n\n", table.title)
		columns := tabwriter.NewWriter(w, 0, 0, 2, ' ', tabwriter.AlignRight)
		table.rows(columns)
		if err := columns.Flush(); err != nil {
			return err
		}
	}
	_, err := fmt.Fprintf(w, "\nCold start to the end of the first reply, SQLite, median of %d: %.0f ms on an empty folder, %.0f ms again\n",
		r.ColdStart.Starts, r.ColdStart.First, r.ColdStart.Again)
	return err
}

func (r report) levels(w io.Writer) {
	fmt.Fprintln(w, "at once\tform\twhat\tturns/s\tp50 ms\tp99 ms\tCPU us\tCPU x hop\tp50 x hop\tp50 x direct\tfailed\t")
	for i, row := range r.Levels {
		if i > 0 && (row.Form != r.Levels[i-1].Form || row.Conversations != r.Levels[i-1].Conversations) {
			fmt.Fprintln(w, "\t\t\t\t\t\t\t\t\t\t\t")
		}
		fmt.Fprintf(w, "%d\t%s\t%s\t%.0f\t%.2f\t%.2f\t%s\t%s\t%s\t%s\t%d\t\n",
			row.Conversations, row.Form, row.Subject, row.PerSecond, row.P50, row.P99,
			number("%.0f", row.CPU), number("%.2f", row.CPUToHop), number("%.2f", row.P50ToHop), number("%.2f", row.P50ToDirect), row.Failed)
	}
}

func (r report) lengths(w io.Writer) {
	fmt.Fprintln(w, "turns\twhat\tp50 ms\tp99 ms\tCPU us\tCPU x shortest\t")
	for _, row := range r.Lengths {
		fmt.Fprintf(w, "%d\t%s\t%.2f\t%.2f\t%.0f\t%s\t\n", row.Length, row.Subject, row.P50, row.P99, row.CPU, number("%.2f", row.ToShortest))
	}
}

func (r report) memory(w io.Writer) {
	fmt.Fprintln(w, "when\twhat\tprocesses\tRSS\tPSS\t")
	for _, row := range r.Memory {
		fmt.Fprintf(w, "%s\t%s\t%d\t%.1f\t%.1f\t\n", row.When, row.Subject, row.Processes, row.RSS, row.PSS)
	}
}

// number is empty for what was not measured.
func number(format string, value float64) string {
	if value == 0 {
		return ""
	}
	return fmt.Sprintf(format, value)
}
