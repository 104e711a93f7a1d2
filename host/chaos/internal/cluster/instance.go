//go:build linux

package cluster

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"syscall"
	"time"

	"github.com/bothost/bothost/host/chaos/internal/proxy"
	"github.com/bothost/bothost/host/internal/rig"
)

// ErrNotThere means that the process to harm does not run just now.
var ErrNotThere = errors.New("the process does not run")

// Instance is one host with its plugins, started again and again on the same
// data directory.
type Instance struct {
	// Number counts from 0.
	Number int
	// Clients is the proxy between clients and the host, Database that between
	// the host and PostgreSQL; nil with SQLite.
	Clients, Database *proxy.Proxy

	settings rig.HostSettings

	mu      sync.Mutex
	program *rig.Program
	// died tells of an end that nobody brought about.
	died error
}

// URL is where clients reach the host, through the proxy, for as long as the
// cluster is there.
func (i *Instance) URL() string { return "http://" + i.Clients.Address() }

// Direct is where the host itself is, until it is started again.
func (i *Instance) Direct() string {
	i.mu.Lock()
	defer i.mu.Unlock()
	if i.program == nil {
		return i.URL()
	}
	return i.program.URL
}

// Died tells whether the host has ended by itself, once or more often.
func (i *Instance) Died() error {
	i.mu.Lock()
	defer i.mu.Unlock()
	i.notice()
	return i.died
}

// Start starts the host if it does not run.
func (i *Instance) Start(ctx context.Context) error {
	i.mu.Lock()
	i.notice()
	isRunning := i.program != nil
	i.mu.Unlock()
	if isRunning {
		return nil
	}
	program, err := rig.StartHost(ctx, i.settings)
	if err != nil {
		return fmt.Errorf("instance %d: %w", i.Number, err)
	}
	i.mu.Lock()
	defer i.mu.Unlock()
	i.program = program
	i.Clients.SetTarget(strings.TrimPrefix(program.URL, "http://"))
	return nil
}

// Restart starts the host, again and again until it runs or ctx ends: what it
// needs may be down.
func (i *Instance) Restart(ctx context.Context) error {
	for {
		err := i.Start(ctx)
		if err == nil {
			return nil
		}
		select {
		case <-time.After(500 * time.Millisecond):
		case <-ctx.Done():
			return err
		}
	}
}

// Kill ends the host with SIGKILL.
func (i *Instance) Kill() error {
	i.mu.Lock()
	defer i.mu.Unlock()
	i.notice()
	if i.program == nil {
		return ErrNotThere
	}
	i.program.Kill()
	i.program = nil
	return nil
}

// Signal sends a signal to the host, or to a plugin of a kind ("llm"), and tells
// to which process.
func (i *Instance) Signal(kind string, signal syscall.Signal) (pid int, err error) {
	i.mu.Lock()
	defer i.mu.Unlock()
	i.notice()
	if i.program == nil {
		return 0, ErrNotThere
	}
	pid = i.program.PID()
	if kind != "" {
		if pid, err = pluginOf(pid, kind); err != nil {
			return 0, err
		}
	}
	if err := syscall.Kill(pid, signal); err != nil {
		return 0, ErrNotThere
	}
	return pid, nil
}

// notice finds out whether the host has ended.
func (i *Instance) notice() {
	if i.program == nil {
		return
	}
	select {
	case <-i.program.Ended():
		i.program = nil
		i.died = fmt.Errorf("instance %d ended by itself; see %s", i.Number, i.settings.Folder)
	default:
	}
}

func (i *Instance) stop() {
	i.mu.Lock()
	defer i.mu.Unlock()
	if i.program != nil {
		i.program.Stop()
		i.program = nil
	}
	_ = i.Clients.Close()
	if i.Database != nil {
		_ = i.Database.Close()
	}
}
