//go:build unix

package main

import (
	"context"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"time"
)

// patience is how long a process may take to be ready, or to end.
const patience = 40 * time.Second

// process is a program that was started here. One goroutine at a time may use it.
type process struct {
	name string
	// log is the file that has what it prints.
	log string
	// command makes the command of each start.
	command func() *exec.Cmd
	running *exec.Cmd
	// ended is closed when the running command has ended.
	ended chan struct{}
}

// start starts the program in a process group of its own, so that Ctrl-C at the
// terminal ends it only when this program says so.
func (p *process) start() error {
	log, err := os.OpenFile(p.log, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return fmt.Errorf("start %s: %w", p.name, err)
	}
	// The program has the file open for itself.
	defer log.Close()
	command := p.command()
	command.Stdout, command.Stderr = log, log
	if command.SysProcAttr == nil {
		command.SysProcAttr = &syscall.SysProcAttr{}
	}
	command.SysProcAttr.Setpgid = true
	if err := command.Start(); err != nil {
		return fmt.Errorf("start %s: %w", p.name, err)
	}
	ended := make(chan struct{})
	p.running, p.ended = command, ended
	go func() {
		defer close(ended)
		// How it ended is of no interest: it may have been killed on purpose.
		_ = command.Wait()
	}()
	return nil
}

// end sends a signal and waits until the process is gone; one that takes too long
// is killed, which is an error.
func (p *process) end(signal syscall.Signal) error {
	if p.running == nil {
		return nil
	}
	// It may have ended already, which is as well.
	_ = p.running.Process.Signal(signal)
	select {
	case <-p.ended:
		return nil
	case <-time.After(patience):
		_ = p.running.Process.Kill()
		<-p.ended
		return fmt.Errorf("%s did not end within %v of %v, and was killed", p.name, patience, signal)
	}
}

// awaitReady waits until a test of the process succeeds.
func (p *process) awaitReady(ctx context.Context, test func(context.Context) error) error {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	for {
		err := test(ctx)
		if err == nil {
			return nil
		}
		select {
		case <-p.ended:
			return fmt.Errorf("%s has ended: %s", p.name, p.lastWords())
		case <-ctx.Done():
			return fmt.Errorf("%s is not ready: %w: %s", p.name, err, p.lastWords())
		case <-time.After(20 * time.Millisecond):
		}
	}
}

// lastWords gives the end of what it printed.
func (p *process) lastWords() string {
	const most = 2000
	content, err := os.ReadFile(p.log)
	if err != nil {
		return err.Error()
	}
	return string(content[max(0, len(content)-most):])
}

// answers tests whether an address answers 200.
func answers(url string) func(context.Context) error {
	return func(ctx context.Context) error {
		request, err := http.NewRequestWithContext(ctx, http.MethodGet, url, http.NoBody)
		if err != nil {
			return err
		}
		response, err := http.DefaultClient.Do(request)
		if err != nil {
			return err
		}
		defer response.Body.Close()
		if response.StatusCode != http.StatusOK {
			return fmt.Errorf("%s: %s", url, response.Status)
		}
		return nil
	}
}

// findProgram looks for a program in PATH and in the folders where Debian has it.
func findProgram(name, remedy string, folders ...string) (string, error) {
	if path, err := exec.LookPath(name); err == nil {
		return path, nil
	}
	for _, folder := range folders {
		// The last is the newest.
		found, err := filepath.Glob(filepath.Join(folder, name))
		if err == nil && len(found) > 0 {
			return found[len(found)-1], nil
		}
	}
	return "", fmt.Errorf("there is no %s on this machine (Debian: apt-get install %s)", name, remedy)
}
