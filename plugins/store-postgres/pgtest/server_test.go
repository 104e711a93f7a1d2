//go:build unix

package pgtest_test

import (
	"bufio"
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"syscall"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/bothost/bothost/plugins/store-postgres/pgtest"
)

// childVariable makes this test binary start a server, say so, and wait.
const childVariable = "PGTEST_START_AND_WAIT"

func TestMain(m *testing.M) {
	if os.Getenv(childVariable) != "" {
		pgtest.Start()
		os.Stdout.WriteString("started\n")
		select {}
	}
	goleak.VerifyTestMain(m)
}

func TestServerKeepsWhatWasCommittedWhenItCrashes(t *testing.T) {
	server := pgtest.Start()
	defer server.Stop()
	t.Run("with a database", func(t *testing.T) {
		d := server.Database(t)
		ctx := context.Background()
		if _, err := d.Connect(t, d.Owner).Exec(ctx, `CREATE TABLE kept AS SELECT 42 AS value`); err != nil {
			t.Fatal(err)
		}
		server.Crash()
		if err := server.Resume(); err != nil {
			t.Fatal(err)
		}
		var value int
		if err := d.Connect(t, d.Owner).QueryRow(ctx, `SELECT value FROM kept`).Scan(&value); err != nil || value != 42 {
			t.Errorf("after a crash: got %d, %v", value, err)
		}
		if _, err := d.Connect(t, d.Ordinary).Exec(ctx, `SELECT * FROM kept`); err == nil {
			t.Error("the ordinary role reads what it was not granted")
		}
	})
}

// recorder notes how a test ended.
type recorder struct {
	testing.TB
	skipped, failed bool
}

func (r *recorder) Helper() {}

func (r *recorder) Skip(...any) {
	r.skipped = true
	runtime.Goexit()
}

func (r *recorder) Fatalf(string, ...any) {
	r.failed = true
	runtime.Goexit()
}

func TestWithoutAServer(t *testing.T) {
	t.Setenv(pgtest.BinariesVariable, t.TempDir())
	for name, test := range map[string]struct {
		required string
		want     recorder
	}{
		"not required": {"", recorder{skipped: true}},
		"required":     {"1", recorder{failed: true}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Setenv(pgtest.RequireVariable, test.required)
			server := pgtest.Start()
			defer server.Stop()
			var got recorder
			ended := make(chan struct{})
			go func() {
				defer close(ended)
				server.Database(&got)
			}()
			<-ended
			if got != test.want {
				t.Errorf("skipped %t, failed %t; want %t, %t", got.skipped, got.failed, test.want.skipped, test.want.failed)
			}
		})
	}
}

func TestServerDiesWithItsTestBinary(t *testing.T) {
	folder, err := os.MkdirTemp("", "pgtest-")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := os.RemoveAll(folder); err != nil {
			t.Errorf("remove the server's folder: %v", err)
		}
	})
	// The server runs as another user where this test runs as root.
	if err := os.Chmod(folder, 0o755); err != nil {
		t.Fatal(err)
	}
	child := exec.Command(os.Args[0])
	child.Env = append(os.Environ(), childVariable+"=1", "TMPDIR="+folder)
	output, err := child.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := child.Start(); err != nil {
		t.Fatal(err)
	}
	_, readErr := bufio.NewReader(output).ReadString('\n')
	pid := serverPID(t, folder)
	if err := errors.Join(readErr, child.Process.Kill()); err != nil {
		t.Fatal(err)
	}
	_ = child.Wait() // It was killed.
	for deadline := time.Now().Add(30 * time.Second); syscall.Kill(pid, 0) == nil; time.Sleep(10 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("the server %d lives on", pid)
		}
	}
}

// serverPID reads the process id of the server that keeps its data in folder,
// and skips the test where there is none.
func serverPID(t *testing.T, folder string) int {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(folder, "*", "data", "postmaster.pid"))
	if err != nil {
		t.Fatal(err)
	}
	if len(files) != 1 {
		if os.Getenv(pgtest.RequireVariable) == "1" {
			t.Fatal("no server was started")
		}
		t.Skip("no server was started")
	}
	file, err := os.Open(files[0])
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	line, _, err := bufio.NewReader(file).ReadLine()
	if err != nil {
		t.Fatal(err)
	}
	pid, err := strconv.Atoi(string(line))
	if err != nil {
		t.Fatal(err)
	}
	return pid
}
