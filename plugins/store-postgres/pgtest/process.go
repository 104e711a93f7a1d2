//go:build unix

package pgtest

import (
	"fmt"
	"io"
	"os"
	"os/exec"
	"strconv"
)

// watchdog runs a server until its standard input ends, and then kills it: so
// the server dies with the test binary even where that is killed itself.
const watchdog = `
exec 3<&0
"$@" </dev/null 3<&- &
server=$!
(while read -r _; do :; done <&3; kill -QUIT $server 2>/dev/null) &
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

func startProcess(s *Server) (*process, error) {
	command := exec.Command("/bin/sh", "-c", watchdog, "sh", s.binaries.postgres, "-D", s.data(),
		"-k", s.folder, "-h", "127.0.0.1", "-p", strconv.Itoa(s.port),
		"-c", "fsync=off", "-c", "full_page_writes=off", "-c", "autovacuum=off", "-c", "max_connections=300", "-c", "shared_buffers=64MB")
	command.Dir = s.folder
	command.SysProcAttr = s.identity.attributes()
	log, err := os.OpenFile(s.logFile(), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
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
