//go:build linux

package proc_test

import (
	"context"
	"os"
	"strings"
	"testing"

	"github.com/bothost/bothost/host/bench/internal/proc"
)

// programName is what the system calls this process.
func programName(t *testing.T) string {
	t.Helper()
	content, err := os.ReadFile("/proc/self/comm")
	if err != nil {
		t.Fatal(err)
	}
	return strings.TrimSpace(string(content))
}

func TestTreeOfThisProcess(t *testing.T) {
	t.Parallel()
	usage, err := proc.Tree(os.Getpid())
	if err != nil || len(usage.Processes) != 1 || usage.Processes[0] != os.Getpid() {
		t.Fatalf("got %+v, %v", usage, err)
	}
	if spent, ok := usage.ByName[programName(t)]; !ok || spent != usage.CPU {
		t.Errorf("of %v, %v is %s's", usage.CPU, usage.ByName, programName(t))
	}
}

func TestWritten(t *testing.T) {
	t.Parallel()
	before, err := proc.Written(os.Getpid(), programName(t))
	if err != nil {
		t.Fatal(err)
	}
	const size = 1 << 20
	// The package's own folder is on a disk; the system's temporary one may not be.
	file, err := os.CreateTemp(".", "written-*.tmp")
	if err != nil {
		t.Skip("nothing can be written here:", err)
	}
	defer func() { _ = os.Remove(file.Name()) }()
	if _, err := file.Write(make([]byte, size)); err != nil {
		t.Fatal(err)
	}
	if err := file.Close(); err != nil {
		t.Fatal(err)
	}
	after, err := proc.Written(os.Getpid(), programName(t))
	if err != nil || after-before < size {
		t.Errorf("%d bytes of %d were counted, %v", after-before, size, err)
	}
	if _, err := proc.Written(os.Getpid(), "nobody"); err == nil {
		t.Error("a program that does not run has written something")
	}
}

func TestPeak(t *testing.T) {
	t.Parallel()
	ctx, stop := context.WithCancel(t.Context())
	stop()
	peak, err := proc.Peak(ctx, os.Getpid())
	if err != nil || peak.Resident <= 0 || peak.Proportional <= 0 || peak.Proportional > peak.Resident {
		t.Errorf("got %+v, %v", peak, err)
	}
	if _, err := proc.Peak(ctx, -1); err == nil {
		t.Error("a process that is none takes memory")
	}
}
