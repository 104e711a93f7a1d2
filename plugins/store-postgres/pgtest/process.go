//go:build unix

package pgtest

import (
	"fmt"
	"io"
	"os"
	"os/exec"
)

// watchdog runs a server until its standard input ends, and then kills it by a
// signal: so the server dies with the test binary even where that is killed itself.
const watchdog = `
signal=$1
shift
exec 3<&0
"$@" </dev/null 3<&- &
server=$!
(while read -r _; do :; done <&3; kill -$signal $server 2>/dev/null) &
reader=$!
wait $server
code=$?
kill $reader 2>/dev/null
exit $code`

// process is a running server.
type process struct {
	input io.Closer
	// ended is closed when the server has gone.
	ended chan struct{}
}

// startProcess runs a command in a folder, as the identity, until a signal ends
// it, and appends what it prints to a file.
func startProcess(identity *identity, folder, logFile, signal string, commandLine ...string) (*process, error) {
	command := exec.Command("/bin/sh", append([]string{"-c", watchdog, "sh", signal}, commandLine...)...)
	command.Dir = folder
	command.SysProcAttr = identity.attributes()
	log, err := os.OpenFile(logFile, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return nil, fmt.Errorf("open the server's log: %w", err)
	}
	// The server has the file open for itself.
	defer func() { _ = log.Close() }()
	command.Stdout, command.Stderr = log, log
	input, err := command.StdinPipe()
	if err != nil {
		return nil, fmt.Errorf("make the server's standard input: %w", err)
	}
	if err := command.Start(); err != nil {
		return nil, fmt.Errorf("start the server: %w", err)
	}
	p := &process{input: input, ended: make(chan struct{})}
	go func() {
		defer close(p.ended)
		// How it ended is of no interest: it is killed on purpose.
		_ = command.Wait()
	}()
	return p, nil
}

// stop kills the server and waits until it is gone.
func (p *process) stop() {
	_ = p.input.Close() // Twice is no harm.
	<-p.ended
}
