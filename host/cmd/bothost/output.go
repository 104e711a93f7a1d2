package main

import (
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"text/tabwriter"
	"time"
)

// show prints a result: as JSON for programs, or by the function for people.
func (a *app) show(value any, people func(io.Writer)) error {
	if !a.json {
		printed := &checked{output: a.stdout}
		people(printed)
		return printed.err
	}
	encoder := json.NewEncoder(a.stdout)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", "  ")
	if err := encoder.Encode(value); err != nil {
		return fmt.Errorf("print: %w", err)
	}
	return nil
}

// checked remembers that it could not write, so that who prints need not look.
type checked struct {
	output io.Writer
	err    error
}

// Write writes, unless that has failed before.
func (c *checked) Write(text []byte) (int, error) {
	if c.err != nil {
		return 0, c.err
	}
	n, err := c.output.Write(text)
	if err != nil {
		c.err = fmt.Errorf("print: %w", err)
	}
	return n, c.err
}

// table prints rows under a heading.
func table(w io.Writer, heading []string, rows [][]string) {
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	for _, row := range append([][]string{heading}, rows...) {
		for i, cell := range row {
			row[i] = oneLine(cell)
		}
		fmt.Fprintln(t, strings.TrimRight(strings.Join(row, "\t"), "\t"))
	}
	// What it writes to is in memory, or remembers its error.
	_ = t.Flush()
}

// oneLine keeps a cell from breaking the table.
func oneLine(text string) string {
	return strings.NewReplacer("\n", " ", "\t", " ", "\r", " ").Replace(text)
}

// timeText is a time for people; one that is not known is a dash.
func timeText(t *time.Time) string {
	if t == nil {
		return "-"
	}
	return t.Local().Format(time.DateTime)
}

// orDash is a cell that is not empty.
func orDash(text string) string {
	if text == "" {
		return "-"
	}
	return text
}

// valueText is a value of a configuration on one line.
func valueText(value any) string {
	if text, ok := value.(string); ok {
		return text
	}
	raw, err := json.Marshal(value)
	if err != nil {
		return fmt.Sprint(value)
	}
	return string(raw)
}

// quoted is a text as a shell takes it for one word.
func quoted(text string) string {
	plain := func(r rune) bool {
		return r < 128 && (r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || strings.ContainsRune("-_./:@", r))
	}
	if text != "" && !strings.ContainsFunc(text, func(r rune) bool { return !plain(r) }) {
		return text
	}
	return "'" + strings.ReplaceAll(text, "'", `'\''`) + "'"
}
