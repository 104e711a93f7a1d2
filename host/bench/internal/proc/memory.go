package proc

import (
	"fmt"
	"os"
	"strconv"
	"strings"
)

// Memory is what processes take, in bytes.
type Memory struct {
	// Resident counts a page that processes share once for each of them.
	Resident int64
	// Proportional shares such a page out among them.
	Proportional int64
}

// MemoryOf adds up what processes take.
func MemoryOf(processes []int) (Memory, error) {
	var sum Memory
	for _, pid := range processes {
		path := fmt.Sprintf("/proc/%d/smaps_rollup", pid)
		content, err := os.ReadFile(path)
		if err != nil {
			return Memory{}, fmt.Errorf("read what memory a process takes: %w", err)
		}
		for key, to := range map[string]*int64{"Rss:": &sum.Resident, "Pss:": &sum.Proportional} {
			bytes, err := field(string(content), key)
			if err != nil {
				return Memory{}, fmt.Errorf("%s: %w", path, err)
			}
			*to += bytes
		}
	}
	return sum, nil
}

// field finds the line "KEY NUMBER kB".
func field(content, key string) (int64, error) {
	for line := range strings.Lines(content) {
		fields := strings.Fields(line)
		if len(fields) == 3 && fields[0] == key && fields[2] == "kB" {
			kilobytes, err := strconv.ParseInt(fields[1], 10, 64)
			return kilobytes << 10, err
		}
	}
	return 0, fmt.Errorf("no line %s", key)
}
