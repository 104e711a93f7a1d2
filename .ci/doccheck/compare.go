package main

import (
	"fmt"
	"strings"
)

// anyText stands for any text in a documented line; alone, for any lines.
const anyText = "..."

// compare reports the first documented line that is not in the rest of what was
// printed.
func compare(documented, printed string) error {
	rest := strings.Split(printed, "\n")
	for line := range strings.Lines(documented) {
		line = strings.TrimRight(line, " \n")
		if line == "" || line == anyText {
			continue
		}
		at := 0
		for at < len(rest) && !fits(line, strings.TrimRight(rest[at], " \r")) {
			at++
		}
		if at == len(rest) {
			return fmt.Errorf("this documented line was not printed, or not in this place:\n  %s\nthis was printed:\n%s", line, printed)
		}
		rest = rest[at+1:]
	}
	return nil
}

// fits reports whether a line is as documented.
func fits(documented, line string) bool {
	parts := strings.Split(documented, anyText)
	line, ok := strings.CutPrefix(line, parts[0])
	if !ok || len(parts) == 1 {
		return ok && line == ""
	}
	last := len(parts) - 1
	for _, part := range parts[1:last] {
		_, after, found := strings.Cut(line, part)
		if !found {
			return false
		}
		line = after
	}
	return strings.HasSuffix(line, parts[last])
}
