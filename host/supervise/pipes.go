package supervise

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"syscall"
	"time"

	"github.com/bothost/bothost/host/internal/slack"
)

const (
	busyAttempts = 10
	busyPause    = 5 * time.Millisecond
)

// pipe has an end for each side.
type pipe struct{ host, child *os.File }

// processPipes are the three standard streams of a process.
type processPipes struct{ stdin, stdout, stderr pipe }

func openPipes() (*processPipes, error) {
	pipes := &processPipes{}
	for _, open := range []struct {
		pipe  *pipe
		input bool
	}{{&pipes.stdin, true}, {&pipes.stdout, false}, {&pipes.stderr, false}} {
		reader, writer, err := os.Pipe()
		if err != nil {
			pipes.closeChild()
			pipes.closeHost()
			return nil, fmt.Errorf("make the pipes of a plugin: %w", err)
		}
		if *open.pipe = (pipe{host: reader, child: writer}); open.input {
			*open.pipe = pipe{host: writer, child: reader}
		}
	}
	return pipes, nil
}

func (p *processPipes) closeChild() { closeAll(p.stdin.child, p.stdout.child, p.stderr.child) }

func (p *processPipes) closeHost() { closeAll(p.stdin.host, p.stdout.host, p.stderr.host) }

// closeAll closes pipes; closing one that is not there is harmless.
func closeAll(files ...*os.File) {
	for _, file := range files {
		_ = file.Close()
	}
}

// start runs the executable on the child's ends, in a process group of its own.
// It tries again while the file is busy: a process that another goroutine forks
// holds every open file until it executes, among them one that was just being
// written.
func (p *processPipes) start(path string, env []string) (*exec.Cmd, error) {
	for attempt := 1; ; attempt++ {
		command := exec.Command(path)
		command.Env = env
		command.Dir = "/"
		command.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
		command.Stdin, command.Stdout, command.Stderr = p.stdin.child, p.stdout.child, p.stderr.child
		err := slack.Give(command.Start)
		if err == nil {
			return command, nil
		}
		if !errors.Is(err, syscall.ETXTBSY) || attempt == busyAttempts {
			// It names the path.
			return nil, err
		}
		time.Sleep(time.Duration(attempt) * busyPause)
	}
}
