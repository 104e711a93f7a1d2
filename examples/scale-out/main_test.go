//go:build unix

package main

import (
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"github.com/bothost/bothost/plugins/store-postgres/pgtest"
)

// requireHAProxy names the environment variable that, set to 1, turns the want
// of HAProxy into a failure. PostgreSQL has one of its own.
const requireHAProxy = "BOTHOST_REQUIRE_HAPROXY"

// TestProve plays the whole example, for a shorter time than a user would.
func TestProve(t *testing.T) {
	need(t, requireHAProxy, findHAProxy)
	need(t, pgtest.RequireVariable, findPostgreSQL)
	o := options{bin: build(t), logs: t.TempDir(), port: freePorts(t), prove: true, duration: 10 * time.Second, seed: 1}
	if err := run(t.Context(), o); err != nil {
		t.Fatal(err)
	}
}

func need(t *testing.T, variable string, find func() (string, error)) {
	t.Helper()
	_, err := find()
	switch {
	case err == nil:
	case os.Getenv(variable) == "1":
		t.Fatalf("%v, and %s=1", err, variable)
	default:
		t.Skip(err)
	}
}

// build makes what the example runs.
func build(t *testing.T) string {
	t.Helper()
	folder := t.TempDir()
	for target, packages := range map[string][]string{
		"/":         {"./host/cmd/bothost"},
		"/plugins/": {"./plugins/llm-echo", "./plugins/memory-buffer", "./plugins/store-postgres"},
	} {
		command := exec.Command("go", append([]string{"build", "-o", folder + target}, packages...)...)
		command.Dir = filepath.Join("..", "..")
		command.Env = append(os.Environ(), "CGO_ENABLED=0")
		if output, err := command.CombinedOutput(); err != nil {
			t.Fatalf("build: %v\n%s", err, output)
		}
	}
	return folder
}

// freePorts finds five free ports in a row, below those that the kernel gives to
// connections: what was killed must get its port again.
func freePorts(t *testing.T) int {
	t.Helper()
	for first := 20000 + os.Getpid()%1000*10; first < 32000; first += 10 {
		if areFree(first, howMany+2) {
			return first
		}
	}
	t.Fatal("there are no five free ports in a row")
	return 0
}

func areFree(first, count int) bool {
	for port := first; port < first+count; port++ {
		listener, err := net.Listen("tcp", fmt.Sprintf("127.0.0.1:%d", port))
		if err != nil {
			return false
		}
		_ = listener.Close()
	}
	return true
}
