// Package proc reads from Linux's /proc what a process and all its descendants
// cost: processor time and memory. Elsewhere everything fails.
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
	var usage Usage
	for pid := range stats {
		if isBelow(stats, pid, root) {
			usage.Processes = append(usage.Processes, pid)
			usage.CPU += stats[pid].spent
		}
	}
	slices.Sort(usage.Processes)
	return usage, nil
}

// Since gives the time that was spent since an earlier reading. It fails if the
// processes are not the same ones: the time of those that ended is lost.
func (u Usage) Since(earlier Usage) (time.Duration, error) {
	if !slices.Equal(u.Processes, earlier.Processes) {
		return 0, fmt.Errorf("processes began or ended while they were measured: %v, then %v", earlier.Processes, u.Processes)
	}
	return u.CPU - earlier.CPU, nil
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
	return stat{parent: numbers[0], spent: time.Duration(numbers[1]+numbers[2]) * tick}, nil
}
