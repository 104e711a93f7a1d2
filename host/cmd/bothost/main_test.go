package main

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
)

// childVariable makes the test binary be the program, for what only a process of
// its own can show.
const childVariable = "BOTHOST_TEST_CHILD"

// built is where the plugins are once they are needed.
var built struct {
	once sync.Once
	dir  string
	err  error
}

func TestMain(m *testing.M) {
	if os.Getenv(childVariable) != "" {
		main()
	}
	status := m.Run()
	if built.dir != "" {
		if err := os.RemoveAll(built.dir); err != nil {
			fmt.Fprintln(os.Stderr, err)
		}
	}
	os.Exit(status)
}

// plugins builds the plugins that the tests use, once.
func plugins(t *testing.T) string {
	t.Helper()
	built.once.Do(func() {
		if built.dir, built.err = os.MkdirTemp("", "bothost-plugins-"); built.err != nil {
			return
		}
		arguments := []string{"build", "-o", built.dir + string(filepath.Separator)}
		for _, name := range []string{"llm-echo", "llm-ollama", "memory-buffer", "store-memory", "store-sqlite"} {
			arguments = append(arguments, "github.com/bothost/bothost/plugins/"+name)
		}
		output, err := exec.Command("go", arguments...).CombinedOutput()
		if err != nil {
			built.err = fmt.Errorf("build the plugins: %w\n%s", err, output)
		}
	})
	if built.err != nil {
		t.Fatal(built.err)
	}
	return built.dir
}

// outcome is what a run of the program left.
type outcome struct {
	status         int
	stdout, stderr string
}

// command runs the program to its end, in an environment of its own.
type command struct {
	args    []string
	stdin   string
	environ []string
}

func (c command) run(t *testing.T) outcome {
	t.Helper()
	var stdout, stderr bytes.Buffer
	status := run(t.Context(), c.args, strings.NewReader(c.stdin), &stdout, &stderr, c.environ)
	return outcome{status: status, stdout: stdout.String(), stderr: stderr.String()}
}

// want fails the test unless the program ended with the status, and said all of
// the texts on either stream.
func (o outcome) want(t *testing.T, status int, texts ...string) outcome {
	t.Helper()
	said := o.stdout + o.stderr
	for _, text := range texts {
		if !strings.Contains(said, text) {
			t.Errorf("it did not say %q", text)
		}
	}
	if o.status != status {
		t.Errorf("it ended with %d, want %d", o.status, status)
	}
	if t.Failed() {
		t.Fatalf("standard output:\n%s\nstandard error:\n%s", o.stdout, o.stderr)
	}
	return o
}

// folder is a place for the configuration and the data of one test.
type folder struct {
	path   string
	config string
}

// configured writes a configuration that uses the built plugins.
func configured(t *testing.T, yaml string) folder {
	t.Helper()
	f := folder{path: t.TempDir()}
	f.config = filepath.Join(f.path, "bothost.yaml")
	f.write(t, fmt.Sprintf("plugin_dir: %q\ndata_dir: %q\n%s", plugins(t), filepath.Join(f.path, "data"), yaml))
	return f
}

func (f folder) write(t *testing.T, content string) {
	t.Helper()
	if err := os.WriteFile(f.config, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
}

func (f folder) file(t *testing.T, name, content string) string {
	t.Helper()
	path := filepath.Join(f.path, name)
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// command is one with this folder's configuration.
func (f folder) command(args ...string) command {
	return command{args: append(args, "--config", f.config)}
}

// serving starts a host in this process, and ends it with the test.
func (f folder) serving(t *testing.T) (url string) {
	t.Helper()
	url, _ = f.servingAs(t)
	return url
}

// servingAs is serving, with what it says on standard output.
func (f folder) servingAs(t *testing.T) (url string, said func() string) {
	t.Helper()
	ctx, stop := context.WithCancel(t.Context())
	announced, log := newAnnouncement(), &lockedBuffer{}
	ended := make(chan int, 1)
	go func() {
		ended <- run(ctx, []string{"serve", "--config", f.config, "--listen", "127.0.0.1:0"},
			strings.NewReader(""), announced, log, nil)
	}()
	t.Cleanup(func() {
		stop()
		if status := <-ended; status != exitDone {
			t.Errorf("serve ended with %d", status)
		}
		if t.Failed() {
			t.Logf("the host's log:\n%s", log)
		}
	})
	select {
	case url = <-announced.url:
	case status := <-ended:
		ended <- status
		t.Fatalf("serve ended with %d:\n%s", status, log)
	}
	return url, announced.String
}

// announcement is the output of serve; it tells the address once it is known.
type announcement struct {
	lockedBuffer
	once sync.Once
	url  chan string
}

func newAnnouncement() *announcement { return &announcement{url: make(chan string, 1)} }

func (a *announcement) Write(p []byte) (int, error) {
	written, err := a.lockedBuffer.Write(p)
	if _, rest, ok := strings.Cut(a.String(), "Listening on "); ok {
		if url, _, whole := strings.Cut(rest, "\n"); whole {
			a.once.Do(func() { a.url <- url })
		}
	}
	return written, err
}

// lockedBuffer is written and read by several goroutines.
type lockedBuffer struct {
	mu     sync.Mutex
	buffer bytes.Buffer
}

func (l *lockedBuffer) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.buffer.Write(p)
}

func (l *lockedBuffer) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.buffer.String()
}
