package plugincheck

import (
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"slices"
	"sync"
	"syscall"
	"time"

	"google.golang.org/grpc"

	"github.com/bothost/bothost/sdk/client"
	"github.com/bothost/bothost/sdk/plugin/handshake"
	"github.com/bothost/bothost/sdk/plugintest"
)

const (
	// startTimeout is how long a host waits for a plugin to be attached.
	startTimeout = 10 * time.Second
	// linger is how far the signs of a process's end may lie apart.
	linger = 250 * time.Millisecond
)

// process is one run of the plugin.
type process struct {
	command *exec.Cmd
	output  *output
	// sockets is its private folder, and address the socket there.
	sockets, address string
	// stdin and detach are what a host lets go of.
	stdin  io.Closer
	detach context.CancelFunc
	conn   *grpc.ClientConn
	held   sync.WaitGroup
	// took is the time from the start to the handshake.
	took time.Duration

	// exited is closed when the process is gone; exit is set before.
	exited chan struct{}
	exit   error
}

func newProcess() *process {
	return &process{output: newOutput(), exited: make(chan struct{}), detach: func() {}}
}

// start runs the plugin until it is attached; the case must end it.
func start(t plugintest.T, s Subject) *process {
	t.Helper()
	p := newProcess()
	if err := p.start(t.Context(), s, handshake.ProtocolVersion); err != nil {
		p.end()
		t.Fatalf("start: %v", err)
	}
	return p
}

// start runs the plugin as a host does that speaks a version of the contract.
func (p *process) start(ctx context.Context, s Subject, version int) (err error) {
	ctx, cancel := context.WithTimeout(ctx, startTimeout)
	defer cancel()
	if p.sockets, err = os.MkdirTemp(s.SocketDir, "check"); err != nil {
		return fmt.Errorf("make a folder for its socket: %w", err)
	}
	began := time.Now()
	cookie := handshake.Config()
	err = p.run(s.Path, append(slices.Clone(s.Env),
		cookie.MagicCookieKey+"="+cookie.MagicCookieValue, "PLUGIN_UNIX_SOCKET_DIR="+p.sockets,
		fmt.Sprintf("PLUGIN_PROTOCOL_VERSIONS=%d", version), handshake.LogLevelVariable+"=info"))
	if err != nil {
		return err
	}
	if p.address, err = p.awaitHandshake(ctx); err != nil {
		return err
	}
	p.took = time.Since(began)
	if p.conn, err = dial(p.address); err != nil {
		return err
	}
	return p.attach(ctx)
}

// run starts the executable in a process group of its own.
func (p *process) run(path string, env []string) error {
	command := exec.Command(path)
	command.Env, command.Dir = env, "/"
	command.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	command.Stdout, command.Stderr = p.output.stdout(), p.output.stderr()
	command.WaitDelay = linger
	stdin, err := command.StdinPipe()
	if err != nil {
		return err
	}
	if err := command.Start(); err != nil {
		return err
	}
	p.command, p.stdin = command, stdin
	go func() {
		p.exit = command.Wait()
		p.signalGroup(syscall.SIGKILL)
		close(p.exited)
	}()
	return nil
}

// signalGroup reaches the process and its children. A group without members is
// no error.
func (p *process) signalGroup(signal syscall.Signal) {
	_ = syscall.Kill(-p.command.Process.Pid, signal)
}

// awaitExit reports whether the process ends within the time.
func (p *process) awaitExit(limit time.Duration) bool {
	select {
	case <-p.exited:
		return true
	case <-time.After(limit):
		return false
	}
}

// end leaves nothing of the process.
func (p *process) end() {
	p.detach()
	if p.conn != nil {
		_ = p.conn.Close()
	}
	p.held.Wait()
	if p.command != nil {
		if !p.awaitExit(0) {
			p.signalGroup(syscall.SIGKILL)
		}
		<-p.exited
	}
	// What cannot be removed is in a temporary folder.
	_ = os.RemoveAll(p.sockets)
}

// explain gives the error of a call, or what is behind it: the process's end.
func (p *process) explain(err error) error {
	if p.awaitExit(linger) {
		return p.ended()
	}
	return client.Error(err)
}

// ended says how the process ended.
func (p *process) ended() error {
	how := "exit status 0"
	if p.exit != nil {
		how = p.exit.Error()
	}
	return fmt.Errorf("the process ended (%s); %s", how, p.output.tail())
}
