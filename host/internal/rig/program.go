//go:build linux

// Package rig starts what is measured or tried: each program in a process of its
// own, on a port of its own, with its log in a file.
//
// Whoever starts something stops it, also when starting it failed half-way.
package rig

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"time"
)

const (
	startTime = 30 * time.Second
	stopTime  = 15 * time.Second
	// announcement begins the line with which a program says where it is.
	announcement = "Listening on "
)

// Program is a process that serves HTTP.
type Program struct {
	// URL is where it is, without a slash at the end.
	URL string
	// Began is when it was started.
	Began time.Time

	command *exec.Cmd
	input   io.Closer
	logFile string
	ended   chan struct{}
}

// Start runs a program until it says "Listening on URL". Its standard error goes
// to the end of a file. Its standard input ends when this process does, however it ends.
func Start(ctx context.Context, logFile, name string, args ...string) (*Program, error) {
	return start(ctx, logFile, exec.Command(name, args...))
}

func start(ctx context.Context, logFile string, command *exec.Cmd) (*Program, error) {
	log, err := openLog(logFile)
	if err != nil {
		return nil, err
	}
	defer func() { _ = log.Close() }()
	name := command.Path
	p := &Program{command: command, logFile: logFile, ended: make(chan struct{})}
	p.command.Stderr = log
	input, err := p.command.StdinPipe()
	if err != nil {
		return nil, fmt.Errorf("start %s: %w", name, err)
	}
	p.input = input
	output, err := p.command.StdoutPipe()
	if err != nil {
		return nil, fmt.Errorf("start %s: %w", name, err)
	}
	p.Began = time.Now()
	if err := p.command.Start(); err != nil {
		return nil, fmt.Errorf("start %s: %w", name, err)
	}
	address := make(chan string, 1)
	go p.follow(output, address)
	if err := p.wait(ctx, address); err != nil {
		p.Stop()
		return nil, err
	}
	return p, nil
}

// follow reads what the program prints, to its end, and tells the address.
func (p *Program) follow(output io.Reader, address chan<- string) {
	defer close(p.ended)
	for lines := bufio.NewScanner(output); lines.Scan(); {
		if url, ok := strings.CutPrefix(lines.Text(), announcement); ok {
			select {
			case address <- url:
			default: // it has said so before
			}
		}
	}
	// How it ended does not matter: it was stopped, or its log says why.
	_ = p.command.Wait()
}

func (p *Program) wait(ctx context.Context, address <-chan string) error {
	late := time.NewTimer(startTime)
	defer late.Stop()
	select {
	case p.URL = <-address:
		return nil
	case <-p.ended:
		return fmt.Errorf("%s ended while it started:\n%s", p.command.Path, p.log())
	case <-late.C:
		return fmt.Errorf("%s said nothing of where it is within %v:\n%s", p.command.Path, startTime, p.log())
	case <-ctx.Done():
		return ctx.Err()
	}
}

// PID is the id of the process.
func (p *Program) PID() int { return p.command.Process.Pid }

// Stop ends the program, gently at first, and returns when it has ended.
func (p *Program) Stop() {
	_ = p.input.Close()
	_ = p.command.Process.Signal(syscall.SIGTERM)
	late := time.AfterFunc(stopTime, func() { _ = p.command.Process.Kill() })
	defer late.Stop()
	<-p.ended
}

// Signal sends a signal to the process, and not to those that it has started.
// It fails if the process has ended.
func (p *Program) Signal(signal syscall.Signal) error { return p.command.Process.Signal(signal) }

// Kill ends the program at once, and returns when it has ended. What it has
// started is not waited for.
func (p *Program) Kill() {
	_ = p.input.Close()
	_ = p.command.Process.Kill()
	<-p.ended
}

// Ended is closed when the program has ended, for whatever reason.
func (p *Program) Ended() <-chan struct{} { return p.ended }

// log is the end of what the program wrote on standard error.
func (p *Program) log() string { return tail(p.logFile) }

// openLog opens a log to write at its end: a program may be started again.
func openLog(file string) (*os.File, error) {
	log, err := os.OpenFile(file, os.O_CREATE|os.O_WRONLY|os.O_APPEND, 0o600)
	if err != nil {
		return nil, fmt.Errorf("make a log: %w", err)
	}
	return log, nil
}

func tail(file string) string {
	content, err := os.ReadFile(file)
	if err != nil {
		return err.Error()
	}
	const most = 4096
	return string(content[max(0, len(content)-most):])
}
