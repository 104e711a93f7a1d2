package supervise

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"time"

	"github.com/hashicorp/go-plugin/runner"
)

const (
	// handshakeLine bounds the line that go-plugin is given to read.
	handshakeLine = 4 << 10
	// pipeLinger is how long what a dead process left in its pipes is read. A
	// child of it that escaped the process group could keep them open for ever.
	pipeLinger = 250 * time.Millisecond
)

var _ runner.Runner = (*processRunner)(nil)

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
	deadline := time.Now().Add(pipeLinger)
	for _, pipe := range []*os.File{pipes.stdout.host, pipes.stderr.host} {
		// It fails only for a pipe that its pump has closed already.
		_ = pipe.SetReadDeadline(deadline)
	}
	close(r.exited)
}

func (r *processRunner) pumpStderr(pipe *os.File) {
	defer pipe.Close()
	lines := r.output.stream("stderr")
	defer lines.close()
	// The copy ends with the pipe, or with its deadline after the exit.
	_, _ = io.Copy(lines, pipe)
}

// pumpStdout gives go-plugin the first line, whatever it is, and nothing more:
// its scanner gives up on long lines, and the process would block.
func (r *processRunner) pumpStdout(pipe *os.File) {
	defer pipe.Close()
	lines := r.output.stream("stdout")
	defer lines.close()
	reader := bufio.NewReaderSize(pipe, handshakeLine)
	first, err := reader.ReadSlice('\n')
	if !isHandshake(string(first)) {
		r.keepNoise(string(first))
		_, _ = lines.Write(first)
	}
	_, _ = r.announce.Write(first)
	_ = r.announce.Close()
	if err == nil || errors.Is(err, bufio.ErrBufferFull) {
		_, _ = io.Copy(lines, reader)
	}
}

// isHandshake tells go-plugin's announcement from noise.
func isHandshake(line string) bool {
	return strings.HasPrefix(line, "1|") && strings.Count(line, "|") >= 4
}

func (r *processRunner) keepNoise(line string) {
	r.mutex.Lock()
	defer r.mutex.Unlock()
	r.noise = strings.TrimSpace(line)
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
// start and before reaped is set, so that the id cannot mean another group.
func (r *processRunner) signalGroup() {
	_ = syscall.Kill(-r.process, syscall.SIGKILL)
}

// pid is 0 before the start.
func (r *processRunner) pid() int {
	r.mutex.Lock()
	defer r.mutex.Unlock()
	return r.process
}

// Wait returns when the process has ended.
func (r *processRunner) Wait(ctx context.Context) error {
	select {
	case <-r.exited:
		return r.exit
	case <-ctx.Done():
		return ctx.Err()
	}
}

// Kill does not wait: see exited.
func (r *processRunner) Kill(context.Context) error {
	r.kill()
	return nil
}

// Stdout gives the handshake's line, and ends.
func (r *processRunner) Stdout() io.ReadCloser { return r.announceReader }

// Stderr gives nothing: go-plugin must not parse what plugins print, for it
// panics on lines that look like its own and are not.
func (r *processRunner) Stderr() io.ReadCloser { return io.NopCloser(strings.NewReader("")) }

// Name is the executable's path.
func (r *processRunner) Name() string { return r.path }

// ID is the process's id, or empty before the start.
func (r *processRunner) ID() string {
	if pid := r.pid(); pid != 0 {
		return strconv.Itoa(pid)
	}
	return ""
}

// Diagnose adds nothing to go-plugin's error: see process.explain.
func (r *processRunner) Diagnose(context.Context) string { return "" }

// PluginToHost accepts only a socket in the process's own private folder, since
// the channel has no other protection.
func (r *processRunner) PluginToHost(network, address string) (string, string, error) {
	if network != "unix" {
		return "", "", fmt.Errorf("it listens on %s %s: only a Unix socket in PLUGIN_UNIX_SOCKET_DIR is private", network, address)
	}
	if filepath.Dir(filepath.Clean(address)) != filepath.Clean(r.socketDir) {
		return "", "", fmt.Errorf("it listens on %s, which is not in PLUGIN_UNIX_SOCKET_DIR (%s)", address, r.socketDir)
	}
	return network, address, nil
}

// HostToPlugin changes nothing: both see the same file system.
func (r *processRunner) HostToPlugin(network, address string) (string, string, error) {
	return network, address, nil
}
