//go:build linux

package main

import (
	"fmt"
	"maps"
	"os"
	"syscall"
	"time"

	"github.com/bothost/bothost/host/bench/internal/proc"
)

// database is what PostgreSQL's processes are called.
const database = "postgres"

// spentBy gives the processor time so far of the client, which is this process,
// of the model, of the programs of a host, and of the database that this process
// has started, if it has.
func spentBy(model, host int) (map[string]time.Duration, error) {
	var self syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &self); err != nil {
		return nil, fmt.Errorf("read what this process has spent: %w", err)
	}
	spent := map[string]time.Duration{"client": time.Duration(self.Utime.Nano() + self.Stime.Nano())}
	usage, err := proc.Tree(model)
	if err != nil {
		return nil, err
	}
	spent["model"] = usage.CPU
	if usage, err = proc.Tree(host); err != nil {
		return nil, err
	}
	maps.Copy(spent, usage.ByName)
	if usage, err = proc.Tree(os.Getpid()); err != nil {
		return nil, err
	}
	if cpu, ok := usage.ByName[database]; ok {
		spent[database] = cpu
	}
	return spent, nil
}

// enoughFiles reports whether so many streams may be open at once. Each Go program
// raises its own limit to what it may have at most, which is the same for all.
func enoughFiles(streams int) error {
	const others = 256
	var limit syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_NOFILE, &limit); err != nil {
		return os.NewSyscallError("getrlimit", err)
	}
	if need := uint64(2*streams + others); limit.Max < need {
		return fmt.Errorf("%d streams take %d open files in one process, and %d are allowed: raise it (ulimit -H -n)", streams, need, limit.Max)
	}
	return nil
}
