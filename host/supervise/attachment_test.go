package supervise_test

import (
	"context"
	"errors"
	"net"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"google.golang.org/grpc"

	"github.com/bothost/bothost/host/supervise"
	"github.com/bothost/bothost/sdk"
	"github.com/bothost/bothost/sdk/fault"
	"github.com/bothost/bothost/sdk/memory"
	pluginv1 "github.com/bothost/bothost/sdk/plugin/v1"
)

// bench is where a developer runs a plugin, in this process, and a supervisor
// attaches to it; it is the Catalog of that.
type bench struct {
	t      *testing.T
	socket string
	log    *logBuffer
	// open is what the plugin does when an instance is opened; nil: nothing.
	open   func(context.Context) error
	server *grpc.Server
	served sync.WaitGroup

	mutex  sync.Mutex
	opened []string
	closed chan string
}

func newBench(t *testing.T) *bench {
	t.Helper()
	dir, err := os.MkdirTemp("", "b")
	if err != nil {
		t.Fatal(err)
	}
	b := &bench{t: t, socket: filepath.Join(dir, "socket"), closed: make(chan string, 10)}
	t.Cleanup(func() {
		b.end()
		_ = os.RemoveAll(dir)
	})
	b.start()
	return b
}

func (b *bench) Binary(plugin string) (supervise.Binary, error) {
	return supervise.Binary{Plugin: plugin, Socket: b.socket}, nil
}

// debuggee is an instance of the plugin.
type debuggee struct {
	bench *bench
	note  string
}

func (debuggee) Window() memory.Window { return memory.Window{MaxMessages: 2} }

func (debuggee) Recall(context.Context, memory.Request) (memory.Response, error) {
	return memory.Response{Next: memory.Prompt{}}, nil
}

func (d debuggee) Close() error {
	d.bench.closed <- d.note
	return nil
}

type noted struct {
	Note string `json:"note"`
}

// start runs the plugin, until end.
func (b *bench) start() {
	b.t.Helper()
	plugin, err := sdk.NewMemory("memory-debugged", "1", func(ctx context.Context, config noted, _ sdk.Settings) (debuggee, error) {
		b.mutex.Lock()
		b.opened = append(b.opened, config.Note)
		b.mutex.Unlock()
		if b.open != nil {
			if err := b.open(ctx); err != nil {
				return debuggee{}, err
			}
		}
		return debuggee{b, config.Note}, nil
	})
	if err != nil {
		b.t.Fatal(err)
	}
	listener, err := net.Listen("unix", b.socket)
	if err != nil {
		b.t.Fatal(err)
	}
	b.server = grpc.NewServer(plugin.ServerOptions()...)
	plugin.Register(b.server)
	server := b.server
	b.served.Go(func() { _ = server.Serve(listener) })
}

// end is the end of the process, as far as a host can see.
func (b *bench) end() {
	b.server.Stop()
	b.served.Wait()
}

func (b *bench) openings() int {
	b.mutex.Lock()
	defer b.mutex.Unlock()
	return len(b.opened)
}

// supervisor attaches to what runs on the bench.
func (b *bench) supervisor(settings supervise.Settings) *supervise.Supervisor {
	b.t.Helper()
	settings.Launcher, b.log = newLauncher(b.t)
	settings.Catalog = b
	s := supervise.New(settings)
	b.t.Cleanup(func() { shutDown(b.t, s) })
	return s
}

func (b *bench) spec(note string) supervise.Spec {
	return supervise.Spec{Plugin: "memory-debugged", Key: note, Config: []byte(`{"note":"` + note + `"}`)}
}

// wantGone is what all uses of a process get that is not there.
func wantGone(t *testing.T, err error) {
	t.Helper()
	if !fault.Is(err, fault.Unavailable) || !fault.HasReason(err, supervise.ProcessGone) ||
		!strings.Contains(err.Error(), "memory-debugged: the attached process is gone") ||
		!strings.Contains(err.Error(), "memory-debugged --debug") {
		t.Errorf("error is %v", err)
	}
}

// TestAttached ends and starts a process under its host, more often than one that
// the host has started might crash.
func TestAttached(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	s := b.supervisor(supervise.Settings{})
	instance, err := s.Open(t.Context(), b.spec("k"))
	if err != nil {
		t.Fatal(err)
	}
	defer instance.Release()
	const times = 8
	for range times {
		session, err := instance.Acquire(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if status := s.Status()[0]; status.State != supervise.Running || status.PID != os.Getpid() && status.PID != 0 {
			t.Errorf("status is %+v", status)
		}
		b.end()
		<-session.Done()
		session.Release()
		_, err = instance.Acquire(t.Context())
		wantGone(t, err)
		if status := s.Status()[0]; status.State != supervise.Gone || !strings.Contains(status.LastError, "is gone") {
			t.Errorf("status is %+v", status)
		}
		b.start()
		eventually(t, 20*time.Second, "the host has attached again", func() bool { return s.Status()[0].State == supervise.Running })
	}
	session, err := instance.Acquire(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	session.Release()
	if b.openings() < times || session.Window().MaxMessages != 2 {
		t.Errorf("opened %d times, window %+v", b.openings(), session.Window())
	}
	if log := b.log.String(); strings.Count(log, "attached plugin is gone") != times {
		t.Errorf("the log does not tell %d times that it is gone:\n%s", times, log)
	}
}

// TestAttachedIsLeft shuts the host down: its instances are closed, and the process
// serves others.
func TestAttachedIsLeft(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	first, second := b.supervisor(supervise.Settings{}), b.supervisor(supervise.Settings{})
	for note, s := range map[string]*supervise.Supervisor{"first": first, "second": second} {
		if _, err := s.Open(t.Context(), b.spec(note)); err != nil {
			t.Fatal(err)
		}
	}
	shutDown(t, first)
	if closed := <-b.closed; closed != "first" {
		t.Errorf("%s's instance was closed", closed)
	}
	instance, err := second.Open(t.Context(), b.spec("again"))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := instance.Check(t.Context(), nil); err != nil {
		t.Error(err)
	}
}

// TestAttachedTakesItsTime opens an instance for longer than a started process may
// take.
func TestAttachedTakesItsTime(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.open = func(ctx context.Context) error {
		select {
		case <-ctx.Done():
			return errors.New("it was given up")
		case <-time.After(500 * time.Millisecond):
			return nil
		}
	}
	s := b.supervisor(supervise.Settings{OpenTimeout: time.Millisecond, CheckTimeout: time.Millisecond})
	instance, err := s.Open(t.Context(), b.spec("k"))
	if err != nil {
		t.Fatal(err)
	}
	instance.Release()
}

// TestAttachedEndsInOpen ends the process while it opens an instance, as one does
// at a breakpoint there. That is not held against the configuration.
func TestAttachedEndsInOpen(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	reached := make(chan struct{}, 1)
	b.open = func(ctx context.Context) error {
		reached <- struct{}{}
		<-ctx.Done()
		return ctx.Err()
	}
	s := b.supervisor(supervise.Settings{})
	for range 3 {
		failed := make(chan error, 1)
		eventually(t, 20*time.Second, "it opens", func() bool {
			go func() {
				_, err := s.Open(t.Context(), b.spec("k"))
				failed <- err
			}()
			select {
			case <-reached:
				return true
			case err := <-failed:
				// It may have joined an attempt from before the start.
				wantGone(t, err)
				return false
			}
		})
		b.end()
		if err := <-failed; !fault.Is(err, fault.Unavailable) || !strings.Contains(err.Error(), "is gone") {
			t.Errorf("error is %v", err)
		}
		b.start()
	}
	b.end()
	b.open = nil
	b.start()
	eventually(t, 20*time.Second, "it opens in the end", func() bool {
		instance, err := s.Open(t.Context(), b.spec("k"))
		if err != nil {
			wantGone(t, err)
			return false
		}
		instance.Release()
		return true
	})
}

// TestAttachedIsMended has a configuration suspended by a plugin that fails, which
// is then ended, mended and started again: it is tried at once.
func TestAttachedIsMended(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.open = func(context.Context) error { return fault.New(fault.Unavailable, "not yet") }
	s := b.supervisor(supervise.Settings{})
	var err error
	for range 20 {
		if _, err = s.Open(t.Context(), b.spec("k")); fault.HasReason(err, supervise.InstanceSuspended) {
			break
		}
	}
	if !fault.HasReason(err, supervise.InstanceSuspended) {
		t.Fatalf("error is %v", err)
	}
	b.end()
	eventually(t, 20*time.Second, "it is gone", func() bool { return s.Status()[0].State == supervise.Gone })
	b.open = nil
	b.start()
	instance, err := s.Open(t.Context(), b.spec("k"))
	if err != nil {
		t.Fatal(err)
	}
	instance.Release()
}

// TestAttachedIsAsked checks that what a process says of itself is looked at each
// time, and that it is not used if that is refused.
func TestAttachedIsAsked(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	refusal := errors.New("it is another one")
	s := b.supervisor(supervise.Settings{Attached: func(plugin string, description *pluginv1.DescribeResponse) error {
		if plugin != "memory-debugged" || description.GetName() != plugin {
			t.Errorf("%s says that it is %v", plugin, description)
		}
		return refusal
	}})
	for range 2 {
		_, err := s.Open(t.Context(), b.spec("k"))
		if !fault.Is(err, fault.Unavailable) || !strings.Contains(err.Error(), refusal.Error()) {
			t.Errorf("error is %v", err)
		}
	}
	if b.openings() > 0 {
		t.Error("it was used")
	}
}

// TestAttachedWithoutProcess names sockets that are none, or not private.
func TestAttachedWithoutProcess(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		spoil func(b *bench) error
		want  string
	}{
		"ended":        {func(b *bench) error { b.end(); return nil }, "is gone: nothing listens on"},
		"killed":       {func(b *bench) error { return leaveSocket(b.socket) }, "is gone: nothing listens on"},
		"ends now":     {hangUp, "is gone: "},
		"open to all":  {func(b *bench) error { return os.Chmod(filepath.Dir(b.socket), 0o755) }, "mode 0700"},
		"path too big": {func(b *bench) error { b.socket += strings.Repeat("x", 100); return nil }, "sockets allow"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := newBench(t)
			if err := test.spoil(b); err != nil {
				t.Fatal(err)
			}
			launcher, _ := newLauncher(t)
			_, err := launcher.Describe(t.Context(), supervise.Binary{Plugin: "memory-debugged", Socket: b.socket})
			if !fault.Is(err, fault.Unavailable) || !strings.Contains(err.Error(), test.want) {
				t.Errorf("error is %v, want %q", err, test.want)
			}
		})
	}
}

// hangUp makes the socket that of a process which ends when a host connects.
func hangUp(b *bench) error {
	b.end()
	listener, err := net.Listen("unix", b.socket)
	if err != nil {
		return err
	}
	b.served.Go(func() {
		if conn, err := listener.Accept(); err == nil {
			_ = conn.Close()
		}
		_ = listener.Close()
	})
	return nil
}

// leaveSocket makes a socket one that nobody listens on, as a process that was
// killed leaves it.
func leaveSocket(path string) error {
	if err := os.Remove(path); err != nil {
		return err
	}
	listener, err := net.ListenUnix("unix", &net.UnixAddr{Name: path, Net: "unix"})
	if err != nil {
		return err
	}
	listener.SetUnlinkOnClose(false)
	return listener.Close()
}
