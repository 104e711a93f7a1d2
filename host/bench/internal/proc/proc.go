// Package proc reads from Linux's /proc what a process and all its descendants
// cost: processor time, memory, and what they write. Elsewhere everything fails.
package proc

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"
)

// tick is the unit of times in /proc/PID/stat: USER_HZ, which is 100 on every
// architecture that Go runs on.
const tick = time.Second / 100

// stat is what counts of /proc/PID/stat.
type stat struct {
	// name is the program's, of which the system keeps 15 bytes.
	name   string
	parent int
	// spent is user and system time.
	spent time.Duration
}

// Usage is what a tree of processes has spent so far.
type Usage struct {
	// Processes are the ids, in order.
	Processes []int
	// CPU is user and system time of all of them, whole ticks of 10 ms each.
	CPU time.Duration
	// ByName shares it out among programs, by the first 15 bytes of their names.
	ByName map[string]time.Duration
}

// Tree gives what a process and its descendants have spent.
func Tree(root int) (Usage, error) {
	stats, err := all()
	if err != nil {
		return Usage{}, err
	}
	if _, ok := stats[root]; !ok {
		return Usage{}, fmt.Errorf("there is no process %d", root)
	}
	usage := Usage{ByName: map[string]time.Duration{}}
	for pid := range stats {
		if isBelow(stats, pid, root) {
			usage.Processes = append(usage.Processes, pid)
			usage.CPU += stats[pid].spent
			usage.ByName[stats[pid].name] += stats[pid].spent
		}
	}
	slices.Sort(usage.Processes)
	return usage, nil
}

// Since gives what was spent since an earlier reading. It fails if the processes
// are not the same ones: the time of those that ended is lost.
func (u Usage) Since(earlier Usage) (Usage, error) {
	if !slices.Equal(u.Processes, earlier.Processes) {
		return Usage{}, fmt.Errorf("processes began or ended while they were measured: %v, then %v", earlier.Processes, u.Processes)
	}
	spent := Usage{Processes: u.Processes, CPU: u.CPU - earlier.CPU, ByName: map[string]time.Duration{}}
	for name, now := range u.ByName {
		spent.ByName[name] = now - earlier.ByName[name]
	}
	return spent, nil
}

// isBelow reports whether a process is the root or descends from it.
func isBelow(stats map[int]stat, pid, root int) bool {
	for range len(stats) {
		if pid == root {
			return true
		}
		above, ok := stats[pid]
		if !ok {
			return false
		}
		pid = above.parent
	}
	return false
}

func all() (map[int]stat, error) {
	paths, err := filepath.Glob("/proc/[0-9]*/stat")
	if err != nil || len(paths) == 0 {
		return nil, fmt.Errorf("there is no /proc here, as Linux has it: %w", os.ErrNotExist)
	}
	stats := make(map[int]stat, len(paths))
	for _, path := range paths {
		content, err := os.ReadFile(path)
		if err != nil {
			continue // it has ended
		}
		pid, err := strconv.Atoi(filepath.Base(filepath.Dir(path)))
		if err != nil {
			return nil, fmt.Errorf("%s: %w", path, err)
		}
		if stats[pid], err = parse(string(content)); err != nil {
			return nil, fmt.Errorf("%s: %w", path, err)
		}
	}
	return stats, nil
}

// parse reads a line of /proc/PID/stat. The second field is the program's name
// in parentheses, and may itself hold any of them.
func parse(line string) (stat, error) {
	end := strings.LastIndexByte(line, ')')
	fields := strings.Fields(line[end+1:])
	const parent, user, system = 1, 11, 12
	if end < 0 || len(fields) <= system {
		return stat{}, fmt.Errorf("not a line of stat: %q", line)
	}
	var numbers [3]int
	for i, field := range []int{parent, user, system} {
		number, err := strconv.Atoi(fields[field])
		if err != nil {
			return stat{}, fmt.Errorf("not a line of stat: %q", line)
		}
		numbers[i] = number
	}
	name := line[strings.IndexByte(line, '(')+1 : end]
	return stat{name: name, parent: numbers[0], spent: time.Duration(numbers[1]+numbers[2]) * tick}, nil
}
