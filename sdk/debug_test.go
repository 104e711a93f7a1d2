package sdk_test

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"

	"github.com/bothost/bothost/sdk"
	"github.com/bothost/bothost/sdk/llm"
	"github.com/bothost/bothost/sdk/plugin/handshake"
	pluginv1 "github.com/bothost/bothost/sdk/plugin/v1"
)

// debugged is the variable that makes this binary a plugin.
const debugged = "BOTHOST_SDK_TEST_PLUGIN"

// teller is a provider that tells on standard output when it is closed.
type teller struct{}

func (teller) Chat(context.Context, llm.Request[none], func(string) error) (llm.Result, error) {
	return llm.Result{Model: "m", FinishReason: "stop"}, nil
}

func (teller) Close() error {
	fmt.Println("closed")
	return nil
}

func serveDebugged() {
	sdk.ServeLLM("llm-debugged", "1", func(context.Context, none, sdk.Settings) (teller, error) { return teller{}, nil })
	os.Exit(0)
}

// run is a plugin in a process of its own, whose standard input has ended.
type run struct {
	t       *testing.T
	command *exec.Cmd
	lines   *bufio.Scanner
	errors  *bytes.Buffer
}

func startPlugin(t *testing.T, args ...string) *run {
	t.Helper()
	r := &run{t: t, command: exec.Command(os.Args[0], args...), errors: &bytes.Buffer{}}
	r.command.Env = append(os.Environ(), debugged+"=1", "GORACE=atexit_sleep_ms=0")
	r.command.Stderr = r.errors
	stdout, err := r.command.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := r.command.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = r.end(os.Kill) })
	r.lines = bufio.NewScanner(stdout)
	return r
}

// line is the next one on standard output; empty at its end.
func (r *run) line() string {
	r.lines.Scan()
	return r.lines.Text()
}

func (r *run) end(signal os.Signal) error {
	_ = r.command.Process.Signal(signal)
	return r.command.Wait()
}

// connect reaches the plugin, until disconnect is called.
func (r *run) connect(socket string) (service pluginv1.PluginServiceClient, disconnect func()) {
	r.t.Helper()
	conn, err := grpc.NewClient("unix:"+socket, grpc.WithTransportCredentials(insecure.NewCredentials()))
	if err != nil {
		r.t.Fatal(err)
	}
	return pluginv1.NewPluginServiceClient(conn), func() { _ = conn.Close() }
}

// attach does so as a host does.
func (r *run) attach(socket string) (service pluginv1.PluginServiceClient, detach func()) {
	r.t.Helper()
	service, detach = r.connect(socket)
	stream, err := service.Attach(r.t.Context(), &pluginv1.AttachRequest{})
	if err != nil {
		r.t.Fatal(err)
	}
	if _, err := stream.Recv(); err != nil {
		r.t.Fatal(err)
	}
	return service, detach
}

// privateFolder is one that sockets may be in, with a short path.
func privateFolder(t *testing.T) string {
	t.Helper()
	dir, err := os.MkdirTemp("", "d")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	return dir
}

// TestDebug attaches hosts to a plugin, one after the other and two at once: it
// outlives them, and closes what they have left open.
func TestDebug(t *testing.T) {
	t.Parallel()
	socket := filepath.Join(privateFolder(t), "socket")
	r := startPlugin(t, "--debug="+socket)
	attachment, err := handshake.ParseAttachment(r.line())
	if want := (handshake.Attachment{Plugin: "llm-debugged", Socket: socket}); err != nil || attachment != want {
		t.Fatalf("it announces %v %v", attachment, err)
	}
	for range 2 {
		first, detachFirst := r.attach(socket)
		second, detachSecond := r.attach(socket)
		if _, err := first.Open(t.Context(), &pluginv1.OpenRequest{Instance: "i", Config: []byte("{}")}); err != nil {
			t.Fatal(err)
		}
		detachFirst()
		if _, err := second.Check(t.Context(), &pluginv1.CheckRequest{Instance: "i"}); err != nil {
			t.Errorf("while another host is attached: %v", err)
		}
		detachSecond()
		if line := r.line(); line != "closed" {
			t.Fatalf("when the last host has gone it says %q", line)
		}
	}
}

// TestDebugEnds interrupts a plugin that has an instance open, which no host that
// is attached could leave behind.
func TestDebugEnds(t *testing.T) {
	t.Parallel()
	for _, signal := range []os.Signal{os.Interrupt, syscall.SIGTERM} {
		t.Run(signal.String(), func(t *testing.T) {
			t.Parallel()
			socket := filepath.Join(privateFolder(t), "socket")
			r := startPlugin(t, "--debug="+socket)
			r.line()
			service, disconnect := r.connect(socket)
			defer disconnect()
			if _, err := service.Open(t.Context(), &pluginv1.OpenRequest{Instance: "i", Config: []byte("{}")}); err != nil {
				t.Fatal(err)
			}
			_ = r.command.Process.Signal(signal)
			if line := r.line(); line != "closed" {
				t.Errorf("it says %q", line)
			}
			if err := r.command.Wait(); err != nil {
				t.Errorf("it ended with %v: %s", err, r.errors)
			}
			if _, err := os.Lstat(socket); !os.IsNotExist(err) {
				t.Errorf("its socket is left: %v", err)
			}
		})
	}
}

// TestDebugSocketIsStable starts a plugin twice, the second time after the first
// was killed, as debuggers do.
func TestDebugSocketIsStable(t *testing.T) {
	t.Setenv("TMPDIR", privateFolder(t))
	first := startPlugin(t, "--debug")
	line := first.line()
	refused := startPlugin(t, "--debug")
	if err := refused.command.Wait(); err == nil || !strings.Contains(refused.errors.String(), "listens on") {
		t.Errorf("beside another: %v, %s", err, refused.errors)
	}
	_ = first.end(os.Kill)
	second := startPlugin(t, "--debug")
	if again := second.line(); again != line || line == "" {
		t.Errorf("it announced %q, then %q: %s", line, again, second.errors)
	}
}

// TestDebugWantsAPrivateFolder names one that others can look into.
func TestDebugWantsAPrivateFolder(t *testing.T) {
	t.Parallel()
	dir := privateFolder(t)
	if err := os.Chmod(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	r := startPlugin(t, "--debug="+filepath.Join(dir, "socket"))
	if err := r.command.Wait(); err == nil || !strings.Contains(r.errors.String(), "mode 0700") {
		t.Errorf("it ended with %v: %s", err, r.errors)
	}
}
