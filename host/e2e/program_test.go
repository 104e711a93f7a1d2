package e2e

import (
	"bytes"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// program is the built host as an operator runs it, in a folder that outlives
// its runs.
type program struct {
	t       *testing.T
	folder  string
	address string
	// environ and args are more of its environment and its command line.
	environ []string
	args    []string
	command *exec.Cmd
	log     *lockedBuffer
	exited  chan error
}

type lockedBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *lockedBuffer) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *lockedBuffer) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}

// newProgram starts it, with more in its environment.
func newProgram(t *testing.T, environ ...string) *program {
	t.Helper()
	return runProgram(&program{t: t, environ: environ})
}

// runProgram starts it in a folder of its own.
func runProgram(p *program) *program {
	t := p.t
	t.Helper()
	p.folder, p.address = t.TempDir(), freeAddress(t)
	p.start()
	t.Cleanup(func() {
		if t.Failed() {
			t.Log(p.log.String())
		}
		p.signal(syscall.SIGKILL)
		<-p.exited
	})
	return p
}

func freeAddress(t *testing.T) string {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	return listener.Addr().String()
}

// start launches it, and waits until it is ready.
func (p *program) start() {
	p.t.Helper()
	p.launch()
	p.eventually("the host is ready", 20*time.Second, func() bool {
		response, err := http.Get("http://" + p.address + "/readyz")
		if err != nil {
			return false
		}
		response.Body.Close()
		return response.StatusCode == http.StatusOK
	})
}

// launch runs `bothost serve` without a configuration file, on an echo.
func (p *program) launch() {
	p.t.Helper()
	p.log = &lockedBuffer{}
	p.command = exec.Command(filepath.Join(built, "bothost"), append([]string{"serve", "--listen", p.address}, p.args...)...)
	p.command.Dir = p.folder
	p.command.Env = append(os.Environ(), "BOTHOST__BOT__LLM__PROVIDER=echo", "BOTHOST__LOG__LEVEL=debug",
		"BOTHOST__PLUGIN_ENV=GORACE")
	p.command.Env = append(p.command.Env, p.environ...)
	p.command.Stdout, p.command.Stderr = p.log, p.log
	p.command.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	if err := p.command.Start(); err != nil {
		p.t.Fatal(err)
	}
	exited := make(chan error, 1)
	p.exited = exited
	go func(command *exec.Cmd) {
		exited <- command.Wait()
		close(exited)
	}(p.command)
}

func (p *program) signal(signal syscall.Signal) {
	_ = p.command.Process.Signal(signal)
}

func (p *program) api() *api {
	return &api{t: p.t, url: "http://" + p.address, client: http.DefaultClient}
}

// pids gives the processes of the plugins that run.
func (p *program) pids() map[string]int {
	p.t.Helper()
	pids := map[string]int{}
	for _, item := range p.api().call(http.MethodGet, "/v1/plugins", nil).body["items"].([]any) {
		plugin := item.(object)
		if pid := int(plugin["pid"].(float64)); pid != 0 {
			pids[plugin["plugin"].(string)] = pid
		}
	}
	return pids
}

func (p *program) eventually(what string, patience time.Duration, holds func() bool) {
	p.t.Helper()
	for began := time.Now(); !holds(); time.Sleep(20 * time.Millisecond) {
		if time.Since(began) > patience {
			p.t.Fatalf("%s: not within %v\n%s", what, patience, p.log.String())
		}
	}
}

// runs reports whether a process is there, and more than a zombie that nobody
// has reaped.
func runs(pid int) bool {
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return false
	}
	_, after, _ := strings.Cut(string(stat), ") ")
	return !strings.HasPrefix(after, "Z")
}
