//go:build linux

package main

import (
	"fmt"
	"io"
	"text/tabwriter"
)

// disturbing is how many processors of others' work measurements do not bear.
const disturbing = 0.1

// table is a part of the report for people.
type table struct {
	title string
	isDue bool
	rows  func(io.Writer)
}

// print writes the report for people.
func (r report) print(w io.Writer) error {
	m := r.Machine
	fmt.Fprintf(w, "Machine: %d cores (%s), %s, Linux %s, load average %s when this began\n", m.Cores, m.CPU, m.Go, m.Kernel, m.Load)
	fmt.Fprintf(w, "Model: a fake whose replies have %d pieces, %v ms before each. It took %.0f s.\n", r.Reply.Pieces, r.Reply.Delay, r.Seconds)
	fmt.Fprintf(w, "Others kept %.2f processors at work meanwhile", m.Others)
	if m.Others > disturbing {
		fmt.Fprint(w, ": times and turns a second suffer from it, processor time a little, ratios least")
	}
	fmt.Fprintln(w, ".")
	for _, note := range r.Notes {
		fmt.Fprintf(w, "Note: %s.\n", note)
	}
	for _, table := range r.tables() {
		if !table.isDue {
			continue
		}
		fmt.Fprintf(w, "\n%s\n\n", table.title)
		columns := tabwriter.NewWriter(w, 0, 0, 2, ' ', tabwriter.AlignRight)
		table.rows(columns)
		if err := columns.Flush(); err != nil {
			return err
		}
	}
	return nil
}

func (r report) tables() []table {
	return []table{
		{"Turns: medians of " + fmt.Sprint(r.Rounds) + " alternating rounds. CPU is user and system time of the process and all its descendants, in\n" +
			"microseconds a turn; the database server's is not in it. \"x hop\" is relative to a bare hop, \"x direct\" to the model\n" +
			"without anything in between, in the same form and round; \"+ ms\" is what the turn takes beyond that call. A collecting\n" +
			"hop reads a streamed reply for a client that wants the whole, as a host does for a plain turn.", len(r.Levels) > 0, r.printLevels},
		{"CPU of a turn by program, in microseconds", len(r.Levels) > 0, r.printPrograms},
		{"Memory of a host and its plugins, in MiB; under the load the most of each", len(r.Memory) > 0, r.printMemory},
		{"Length: a plain turn in conversations that have so many messages, one turn at a time. Written is what the disk has\n" +
			"to write for a turn: of SQLite the pages, of PostgreSQL the write-ahead log.", len(r.Lengths) > 0, r.printLengths},
		{"Tenants: the registry holds so many. A start is until the host is ready; a cold bot's first turn is next to the same\n" +
			"turn of a warm one; the memory is that of a cached bot, by the live heap (whole MiB for all) and by what is resident.", len(r.Tenants) > 0, r.printTenants},
		{"Streams: many at once, 20 pieces a second each. The longest gap is between two pieces, or the last and the end.", len(r.Streams) > 0, r.printStreams},
		{"Processor time while it streamed", len(r.Streams) > 0, r.printStreamPrograms},
		{"Cold start, from the start of the process to the end of the first reply", r.ColdStart != nil, r.printColdStart},
		{"Boundary: a plain or streamed turn on SQLite, with plugins and with the same code of host and plugins in one process", r.Boundary != nil, r.printBoundaryTurns},
		{"Starts of plugins: from fork to the first reply, and from fork to the end of the same file when nobody wants anything\n" +
			"of it, which is fork, exec, the start of Go and of its packages, and exit.", r.Boundary != nil, r.printBoundaryStarts},
		{"Targets, for two cores and replies of 50 pieces", true, r.printTargets},
	}
}

func (r report) printMemory(w io.Writer) {
	fmt.Fprintln(w, "when\twhat\tRSS\tPSS\t")
	for _, row := range r.Memory {
		fmt.Fprintf(w, "%s\t%s\t%.1f\t%.1f\t\n", row.When, row.Subject, row.RSS, row.PSS)
	}
}

func (r report) printLengths(w io.Writer) {
	fmt.Fprintf(w, "messages\twhat\tp50 ms\tp99 ms\tCPU us\twritten KiB\tp50 x %[1]d\tCPU x %[1]d\twritten x %[1]d\t\n", baseMessages)
	for _, row := range r.Lengths {
		fmt.Fprintf(w, "%d\t%s\t%.2f\t%.2f\t%.0f\t%.1f\t%.2f\t%.2f\t%.2f\t\n", row.Messages, row.Subject, row.P50, row.P99, row.CPU, row.Written/(1<<10),
			row.P50ToBase, row.CPUToBase, row.WrittenToBase)
	}
}

func (r report) printTenants(w io.Writer) {
	fmt.Fprintln(w, "tenants\twhat\tstart ms\tcold p50 ms\twarm p50 ms\tdifference\tcached\theap KiB\tresident KiB\t")
	for _, row := range r.Tenants {
		fmt.Fprintf(w, "%d\t%s\t%.0f\t%s\t%s\t%s\t%s\t%s\t%s\t\n", row.Tenants, row.Subject, row.Start, number("%.2f", row.Cold), number("%.2f", row.Warm),
			number("%.2f", row.ColdAdded), number("%.0f", float64(row.Cached)), number("%.1f", row.HeapPerBot), number("%.1f", row.RSSPerBot))
	}
}

func (r report) printColdStart(w io.Writer) {
	fmt.Fprintln(w, "what\tstarts\tempty folder ms\tagain ms\t")
	fmt.Fprintf(w, "host, %s\t%d\t%.0f\t%.0f\t\n", sqliteName, r.ColdStart.Starts, r.ColdStart.First, r.ColdStart.Again)
}

func (r report) printTargets(w io.Writer) {
	fmt.Fprintln(w, "measured\tlimit\tresult\t \ttarget")
	left := 0
	for _, t := range r.Targets {
		if t.Measured == nil {
			left++
			continue
		}
		bound, result := "at most", "MISSED"
		if t.IsLeast {
			bound = "at least"
		}
		if t.IsMet {
			result = "met"
		}
		fmt.Fprintf(w, "%.4g %s\t%s %g %s\t%s\t \t%s\n", *t.Measured, t.Unit, bound, t.Limit, t.Unit, result, t.Name)
	}
	if left > 0 {
		fmt.Fprintf(w, "\nTargets that were not measured: %d of %d\n", left, len(r.Targets))
	}
}

// number is empty for what was not measured.
func number(format string, value float64) string {
	if value == 0 {
		return ""
	}
	return fmt.Sprintf(format, value)
}
