//go:build linux

package proc

import (
	"fmt"
	"os"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// Work is how much the processors have worked so far.
type Work struct {
	// All is the time of all processors together in which they were not idle, and
	// in which they were taken from this machine.
	All time.Duration
	// Own is what this process and its descendants have had of it, those that
	// have ended too if their parents waited for them.
	Own time.Duration
}

// WorkSoFar reads how much the processors have worked since the machine started.
func WorkSoFar() (Work, error) {
	content, err := os.ReadFile("/proc/stat")
	if err != nil {
		return Work{}, fmt.Errorf("read what the processors have done: %w", err)
	}
	all, err := busy(string(content))
	if err != nil {
		return Work{}, err
	}
	living, err := Tree(os.Getpid())
	if err != nil {
		return Work{}, err
	}
	var ended syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_CHILDREN, &ended); err != nil {
		return Work{}, os.NewSyscallError("getrusage", err)
	}
	return Work{All: all, Own: living.CPU + time.Duration(ended.Utime.Nano()+ended.Stime.Nano())}, nil
}

// Others is how many processors worked for others, on the average, since an
// earlier reading a time ago.
func (w Work) Others(earlier Work, ago time.Duration) float64 {
	if ago <= 0 {
		return 0
	}
	return max(0, ((w.All-earlier.All)-(w.Own-earlier.Own)).Seconds()/ago.Seconds())
}

// busy adds up the first line of /proc/stat: user, nice, system, idle, waiting,
// interrupts (twice), stolen; those that follow are in the first two already.
func busy(content string) (time.Duration, error) {
	line, _, _ := strings.Cut(content, "\n")
	fields := strings.Fields(line)
	const idle, waiting, stolen = 4, 5, 8
	if len(fields) <= stolen || fields[0] != "cpu" {
		return 0, fmt.Errorf("not the first line of stat: %q", line)
	}
	var sum time.Duration
	for i := 1; i <= stolen; i++ {
		ticks, err := strconv.ParseInt(fields[i], 10, 64)
		if err != nil {
			return 0, fmt.Errorf("not the first line of stat: %q", line)
		}
		if i != idle && i != waiting {
			sum += time.Duration(ticks) * tick
		}
	}
	return sum, nil
}
