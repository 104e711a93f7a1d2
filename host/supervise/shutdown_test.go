package supervise_test

import (
	"context"
	"os"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"github.com/bothost/bothost/host/internal/fakeplugin"
	"github.com/bothost/bothost/host/supervise"
	"github.com/bothost/bothost/sdk/fault"
)

// gone reports whether no process has the id.
func gone(pid int) bool { return syscall.Kill(pid, 0) != nil }

func TestShutdownWaitsForSessions(t *testing.T) {
	t.Parallel()
	launcher, _ := newLauncher(t)
	s := supervise.New(supervise.Settings{Launcher: launcher, Catalog: link(t, "llm-works")})
	instance := open(t, s, "llm-works", "k")
	session, err := instance.Acquire(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	finished := make(chan error, 1)
	go func() { finished <- s.Shutdown(context.Background()) }()
	eventually(t, 5*time.Second, "nothing is acquired any more", func() bool {
		another, err := instance.Acquire(t.Context())
		if err == nil {
			another.Release()
		}
		return fault.Is(err, fault.Unavailable)
	})
	select {
	case <-session.Done():
		t.Error("the process ended under its session")
	case <-finished:
		t.Error("the shutdown did not wait")
	default:
	}
	session.Release()
	if err := <-finished; err != nil {
		t.Error(err)
	}
	<-session.Done()
	if _, err := s.Open(t.Context(), supervise.Spec{Plugin: "llm-works"}); !fault.Is(err, fault.Unavailable) {
		t.Errorf("open afterwards: %v", err)
	}
	instance.Release()
}

func TestShutdownLetsInstancesClose(t *testing.T) {
	t.Parallel()
	launcher, _ := newLauncher(t)
	s := supervise.New(supervise.Settings{Launcher: launcher, Catalog: link(t, "store-works")})
	var files []string
	opened := func(name string) *supervise.Instance {
		file := filepath.Join(t.TempDir(), name)
		files = append(files, file)
		spec := supervise.Spec{Plugin: "store-works", Key: name, Config: config(t, fakeplugin.Options{Farewell: file})}
		instance, err := s.Open(t.Context(), spec)
		if err != nil {
			t.Fatal(err)
		}
		return instance
	}
	opened("kept")
	opened("released").Release()
	used := opened("used")
	session, err := used.Acquire(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	used.Release()
	time.AfterFunc(100*time.Millisecond, session.Release)
	shutDown(t, s)
	for _, file := range files {
		if _, err := os.Stat(file); err != nil {
			t.Errorf("not closed: %v", err)
		}
	}
}

func TestShutdownIsBounded(t *testing.T) {
	t.Parallel()
	launcher, _ := newLauncher(t)
	s := supervise.New(supervise.Settings{Launcher: launcher, Catalog: link(t, fakeplugin.Stubborn)})
	instance := open(t, s, fakeplugin.Stubborn, "k")
	pid := look(t, instance).PID
	if _, err := instance.Acquire(t.Context()); err != nil {
		t.Fatal(err)
	}
	signal(t, pid, syscall.SIGSTOP)
	ctx, cancel := context.WithTimeout(context.Background(), 300*time.Millisecond)
	defer cancel()
	began := time.Now()
	if err := s.Shutdown(ctx); err == nil {
		t.Error("it does not tell that a session was cut off")
	}
	if took := time.Since(began); took > 3*time.Second {
		t.Errorf("it took %s", took)
	}
	if !gone(pid) {
		t.Error("the process lives")
	}
}

func TestShutdownWhileOpening(t *testing.T) {
	t.Parallel()
	launcher, _ := newLauncher(t)
	s := supervise.New(supervise.Settings{Launcher: launcher, Catalog: link(t, "llm-works", fakeplugin.Hangs)})
	opened := make(chan error, 2)
	for _, plugin := range []string{"llm-works", fakeplugin.Hangs} {
		go func() {
			_, err := s.Open(context.Background(), supervise.Spec{Plugin: plugin, Config: config(t, fakeplugin.Options{DelayMS: 5000})})
			opened <- err
		}()
	}
	eventually(t, 5*time.Second, "both have begun", func() bool { return len(s.Status()) == 2 })
	began := time.Now()
	if err := s.Shutdown(context.Background()); err != nil {
		t.Error(err)
	}
	for range 2 {
		if err := <-opened; err == nil {
			t.Error("it was opened")
		}
	}
	if took := time.Since(began); took > 4*time.Second {
		t.Errorf("it took %s", took)
	}
}
