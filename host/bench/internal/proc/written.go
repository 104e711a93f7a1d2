package proc

import (
	"fmt"
	"os"
	"strconv"
	"strings"
)

// Written gives how many bytes the programs of a name below a process have made
// the disk write so far, in whole pages; what goes to a file system in memory is
// not counted.
func Written(root int, name string) (int64, error) {
	stats, err := all()
	if err != nil {
		return 0, err
	}
	var sum int64
	found := false
	for pid, s := range stats {
		if s.name != name || !isBelow(stats, pid, root) {
			continue
		}
		written, err := writtenBy(pid)
		if err != nil {
			return 0, err
		}
		sum, found = sum+written, true
	}
	if !found {
		return 0, fmt.Errorf("there is no %s below process %d", name, root)
	}
	return sum, nil
}

func writtenBy(pid int) (int64, error) {
	path := fmt.Sprintf("/proc/%d/io", pid)
	content, err := os.ReadFile(path)
	if err != nil {
		return 0, fmt.Errorf("read what a process has written: %w", err)
	}
	for line := range strings.Lines(string(content)) {
		if number, ok := strings.CutPrefix(line, "write_bytes: "); ok {
			return strconv.ParseInt(strings.TrimSpace(number), 10, 64)
		}
	}
	return 0, fmt.Errorf("%s: no line write_bytes", path)
}
