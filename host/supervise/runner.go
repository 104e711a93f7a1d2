package supervise

import (
	"context"
	"errors"
	"io"
	"os"
	"os/exec"
	"slices"
	"sync"
	"syscall"
	"time"
)

// linger is how long the signs of a process's end may lie apart: its exit, the
// end of its connection, and what is left in its pipes, which a child that escaped
// the process group could keep open for ever.
const linger = 250 * time.Millisecond

// processRunner owns the operating system's side of one process. go-plugin
// drives it as its runner.Runner; the rest of the package looks at its exit.
type processRunner struct {
	path   string
	env    []string
	output *output
	// socketDir is this process's own folder for sockets, made by go-plugin.
	socketDir string

	// lifeline is the other end of the process's standard input.
	lifeline *os.File
	// announce passes the first line of standard output to go-plugin.
	announce       *io.PipeWriter
	announceReader *io.PipeReader

	// exited is closed when the process is gone; exit is set before.
	exited chan struct{}
	exit   error
	pumps  sync.WaitGroup

	mutex   sync.Mutex
	process int // the process's id; 0 before the start
	killed  bool
	reaped  bool
	noise   string // what stood where the handshake was expected
	foreign error  // what is wrong with the version in the handshake
}

func newRunner(binary Binary, env []string, output *output) *processRunner {
	reader, writer := io.Pipe()
	return &processRunner{
		path: binary.Path, env: slices.Clone(env), output: output,
		announce: writer, announceReader: reader,
		exited: make(chan struct{}),
	}
}

// prepare takes what go-plugin wants the process to know. Its variables come
// last, so that they win.
func (r *processRunner) prepare(env []string, socketDir string) {
	r.env = append(r.env, env...)
	r.socketDir = socketDir
}

// Start begins the process. The context is go-plugin's own; the caller's is
// honoured by kill, which may come before, during and after.
func (r *processRunner) Start(context.Context) error {
	r.mutex.Lock()
	defer r.mutex.Unlock()
	if r.killed {
		return errors.New("stopped before it was started")
	}
	pipes, err := openPipes()
	if err != nil {
		return err
	}
	command, err := pipes.start(r.path, r.env)
	pipes.closeChild()
	if err != nil {
		pipes.closeHost()
		return err
	}
	r.process, r.lifeline = command.Process.Pid, pipes.stdin.host
	r.pumps.Go(func() { r.pumpStdout(pipes.stdout.host) })
	r.pumps.Go(func() { r.pumpStderr(pipes.stderr.host) })
	r.pumps.Go(func() { r.reap(command, pipes) })
	return nil
}

// reap waits for the process's end, and ends what it leaves behind.
func (r *processRunner) reap(command *exec.Cmd, pipes *processPipes) {
	r.exit = command.Wait()
	r.mutex.Lock()
	r.signalGroup()
	r.reaped = true
	r.closeLifelineLocked()
	r.mutex.Unlock()
	deadline := time.Now().Add(linger)
	for _, pipe := range []*os.File{pipes.stdout.host, pipes.stderr.host} {
		// It fails only for a pipe that its pump has closed already.
		_ = pipe.SetReadDeadline(deadline)
	}
	close(r.exited)
}

// closeLifeline tells the process to end itself.
func (r *processRunner) closeLifeline() {
	r.mutex.Lock()
	defer r.mutex.Unlock()
	r.closeLifelineLocked()
}

func (r *processRunner) closeLifelineLocked() {
	if r.lifeline != nil {
		_ = r.lifeline.Close()
		r.lifeline = nil
	}
}

// kill ends the process and its group at once, or keeps it from being started.
// It may be called at any time, any number of times.
func (r *processRunner) kill() {
	r.mutex.Lock()
	defer r.mutex.Unlock()
	r.killed = true
	if r.process != 0 && !r.reaped {
		r.signalGroup()
	}
}

// signalGroup kills what runs in the process group, which bears the process's
// id. A group without members is no error. Called with the mutex held, after the
// start and at the latest right after the process has been waited for: the
// system does not give its id away again before the group is empty, nor at once.
func (r *processRunner) signalGroup() {
	_ = syscall.Kill(-r.process, syscall.SIGKILL)
}

// pid is 0 before the start.
func (r *processRunner) pid() int {
	r.mutex.Lock()
	defer r.mutex.Unlock()
	return r.process
}
