package catalog_test

import (
	"bytes"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"testing"
)

// levels is what this process holds.
type levels struct {
	heap                                      uint64
	goroutines, descriptors, files, processes int
}

func measure(t *testing.T, f *fixture) levels {
	t.Helper()
	var stats runtime.MemStats
	for range 3 {
		runtime.GC()
	}
	runtime.ReadMemStats(&stats)
	l := levels{heap: stats.HeapAlloc, goroutines: runtime.NumGoroutine(), processes: children(t)}
	open, err := os.ReadDir("/proc/self/fd")
	if err != nil {
		t.Fatal(err)
	}
	l.descriptors = len(open)
	for _, dir := range []string{f.PrivateDir, f.CacheDir, f.KeptDir, f.launcher.SocketDir} {
		err := filepath.WalkDir(dir, func(_ string, entry fs.DirEntry, err error) error {
			if err == nil && !entry.IsDir() {
				l.files++
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	return l
}

// children counts the processes that this one has started, and that still are.
func children(t *testing.T) (count int) {
	t.Helper()
	stats, err := filepath.Glob("/proc/[0-9]*/stat")
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range stats {
		// One that has ended since has no file any more.
		content, _ := os.ReadFile(path)
		_, after, _ := bytes.Cut(content, []byte(") "))
		var state string
		var parent int
		if _, err := fmt.Sscan(string(after), &state, &parent); err == nil && parent == os.Getpid() {
			count++
		}
	}
	return count
}
