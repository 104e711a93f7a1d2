package e2e

import (
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"go.uber.org/goleak"
)

// built is where TestMain puts the programs.
var built string

func TestMain(m *testing.M) {
	if isStrict() {
		serveStrict()
	}
	// Each check drives a host with processes: a tenth of the usual number, unless
	// somebody asks for another.
	if err := flag.Set("rapid.checks", "10"); err != nil {
		panic(err)
	}
	// Programs with the race detector take a second to exit, unless told; the
	// hosts of these tests pass it on.
	if err := os.Setenv("GORACE", "atexit_sleep_ms=0"); err != nil {
		panic(err)
	}
	code, err := buildAndRun(m)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	os.Exit(code)
}

func buildAndRun(m *testing.M) (int, error) {
	folder, err := os.MkdirTemp("", "bothost-e2e-")
	if err != nil {
		return 0, err
	}
	defer os.RemoveAll(folder)
	built = folder
	root, err := filepath.Abs("../..")
	if err != nil {
		return 0, err
	}
	plugins, err := filepath.Glob(filepath.Join(root, "plugins", "*", "main.go"))
	if err != nil {
		return 0, err
	}
	for i := range plugins {
		plugins[i] = filepath.Dir(plugins[i])
	}
	if err := build(root, filepath.Join(folder, "plugins")+"/", plugins...); err != nil {
		return 0, err
	}
	if err := build(root, filepath.Join(folder, "bothost"), filepath.Join(root, "host/cmd/bothost")); err != nil {
		return 0, err
	}
	code := m.Run()
	if code == 0 {
		if err := goleak.Find(); err != nil {
			return 0, fmt.Errorf("goroutines are left: %w", err)
		}
	}
	return code, nil
}

// isLate reports whether something took longer than it may. Programs with the race
// detector, beside tests that share the processors with them, get five times as long.
func isLate(took, limit time.Duration) bool {
	if raceEnabled {
		limit *= 5
	}
	return took > limit
}

// build compiles with the race detector if this test was.
func build(root, out string, packages ...string) error {
	args := []string{"build", "-o", out}
	if raceEnabled {
		args = append(args, "-race")
	}
	command := exec.Command("go", append(args, packages...)...)
	command.Dir = root
	if output, err := command.CombinedOutput(); err != nil {
		return fmt.Errorf("build: %w\n%s", err, output)
	}
	return nil
}
