// Package ollamatest runs a real Ollama server for tests, with models that are
// made on the spot.
//
// The server is a program of its own, named by the environment variable
// BOTHOST_TEST_OLLAMA; tests that ask for one are skipped without it. It gets a
// home and a folder of models of its own, so that it sees nothing of the
// user's, and is gone when the test has ended.
package ollamatest

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/ollama/ollama/api"
)

// Variable names the server's executable.
const Variable = "BOTHOST_TEST_OLLAMA"

const (
	startTimeout = 30 * time.Second
	stopTimeout  = 10 * time.Second
)

// Server is a running server.
type Server struct {
	// URL is its address.
	URL string

	client *api.Client
	log    *log
	stop   func()
}

// Start starts a server that ends with the test, or skips the test if there is
// no executable. It serves as many requests at once as it has slots, and lets
// others wait.
func Start(t testing.TB, slots int) *Server {
	t.Helper()
	executable := os.Getenv(Variable)
	if executable == "" {
		t.Skipf("SKIPPED: no real Ollama: %s does not name a server's executable; `make test-ollama` builds one", Variable)
	}
	home := t.TempDir()
	output := newLog()
	command := exec.Command(executable, "serve")
	command.Env = []string{
		"PATH=" + os.Getenv("PATH"),
		"HOME=" + home,
		"TMPDIR=" + home,
		"OLLAMA_MODELS=" + filepath.Join(home, "models"),
		"OLLAMA_HOST=127.0.0.1:0",
		fmt.Sprintf("OLLAMA_NUM_PARALLEL=%d", slots),
		"OLLAMA_CONTEXT_LENGTH=512", // keeps long prompts from taking long
		"OLLAMA_DEBUG=2",            // has the log show prompts
	}
	command.Stdout, command.Stderr = output, output
	command.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	command.WaitDelay = stopTimeout
	if err := command.Start(); err != nil {
		t.Fatalf("start Ollama: %v", err)
	}
	end := sync.OnceFunc(func() { stop(t, command, output) })
	t.Cleanup(end)
	server := connect(t, output)
	server.stop = end
	return server
}

// Stop ends the server before the test's end. It may be called again.
func (s *Server) Stop() { s.stop() }

// connect waits for the server's address.
func connect(t testing.TB, output *log) *Server {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), startTimeout)
	defer cancel()
	address, err := output.await(ctx, listening())
	if err != nil {
		t.Fatalf("wait for Ollama to listen: %v\n%s", err, output)
	}
	base := &url.URL{Scheme: "http", Host: address}
	client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	return &Server{URL: base.String(), client: api.NewClient(base, client), log: output}
}

// stop ends the server, and its engines with it.
func stop(t testing.TB, command *exec.Cmd, output *log) {
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		// How it ends says nothing: it is told to.
		_ = command.Wait()
	}()
	_ = command.Process.Signal(syscall.SIGTERM)
	select {
	case <-ended:
	case <-time.After(stopTimeout):
		t.Errorf("Ollama did not end on SIGTERM")
	}
	// Engines are in the server's process group; none may outlive it.
	if err := syscall.Kill(-command.Process.Pid, syscall.SIGKILL); err != nil && !errors.Is(err, syscall.ESRCH) {
		t.Errorf("end Ollama's process group: %v", err)
	}
	if t.Failed() {
		t.Logf("the end of Ollama's log:\n%s", output.tail())
	}
}
