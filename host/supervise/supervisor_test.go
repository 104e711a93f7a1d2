package supervise_test

import (
	"context"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/bothost/bothost/host/internal/fakeplugin"
	"github.com/bothost/bothost/host/supervise"
	"github.com/bothost/bothost/sdk/fault"
	"github.com/bothost/bothost/sdk/memory"
)

func TestInstancesAreShared(t *testing.T) {
	t.Parallel()
	s, _, _ := newSupervisor(t, "memory-works")
	const callers = 20
	instances := make([]*supervise.Instance, callers)
	var group sync.WaitGroup
	for i := range callers {
		group.Go(func() { instances[i] = open(t, s, "memory-works", "same") })
	}
	group.Wait()
	other := open(t, s, "memory-works", "other")
	defer other.Release()
	if summary := look(t, other); summary.Opens != 2 || len(summary.Open) != 2 {
		t.Errorf("the plugin has seen %+v", summary)
	}
	session, err := instances[0].Acquire(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if want := (memory.Window{MaxMessages: 7, MaxBytes: 77}); session.Window() != want {
		t.Errorf("window is %+v", session.Window())
	}
	for _, instance := range instances {
		instance.Release()
	}
	if summary := look(t, other); len(summary.Open) != 2 {
		t.Errorf("closed under its session: %+v", summary)
	}
	session.Release()
	session.Release()
	eventually(t, 5*time.Second, "the shared instance is closed", func() bool { return len(look(t, other).Open) == 1 })
}

func TestFailedOpenLeavesNothing(t *testing.T) {
	t.Parallel()
	s, _, _ := newSupervisor(t, "llm-works")
	spec := supervise.Spec{Plugin: "llm-works", Key: "k", Config: config(t, fakeplugin.Options{Fail: "no such model"})}
	_, err := s.Open(t.Context(), spec)
	if !fault.Is(err, fault.Invalid) || !strings.Contains(err.Error(), "llm-works: no such model") {
		t.Fatalf("error is %v", err)
	}
	if status := s.Status()[0]; status.Instances != 0 || status.State != supervise.Running {
		t.Errorf("status is %+v", status)
	}
	instance := open(t, s, "llm-works", "k")
	defer instance.Release()
	if summary := look(t, instance); len(summary.Open) != 1 {
		t.Errorf("the plugin has seen %+v", summary)
	}
}

func TestCallerWhoLeavesDisturbsNobody(t *testing.T) {
	t.Parallel()
	s, _, _ := newSupervisor(t, "llm-works")
	spec := supervise.Spec{Plugin: "llm-works", Key: "k", Config: config(t, fakeplugin.Options{DelayMS: 500})}
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	stays := make(chan error, 1)
	go func() {
		instance, err := s.Open(context.WithoutCancel(t.Context()), spec)
		if err == nil {
			instance.Release()
		}
		stays <- err
	}()
	if _, err := s.Open(ctx, spec); !fault.Is(err, fault.Timeout) {
		t.Errorf("who left got %v", err)
	}
	if err := <-stays; err != nil {
		t.Errorf("who stayed got %v", err)
	}
}

func TestCrashIsFollowedByRestart(t *testing.T) {
	t.Parallel()
	s, _, _ := newSupervisor(t, "llm-works")
	one, two := open(t, s, "llm-works", "one"), open(t, s, "llm-works", "two")
	defer one.Release()
	defer two.Release()
	session, err := one.Acquire(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	before := look(t, two)
	if err := syscall.Kill(before.PID, syscall.SIGKILL); err != nil {
		t.Fatal(err)
	}
	<-session.Done()
	after := look(t, two)
	if after.PID == before.PID {
		t.Error("it is the same process")
	}
	eventually(t, 5*time.Second, "both instances are open again", func() bool { return len(look(t, two).Open) == 2 })
	if now := look(t, two); now.Open[0] != before.Open[0] || now.Open[1] != before.Open[1] {
		t.Errorf("ids were %v and are %v", before.Open, now.Open)
	}
	status := s.Status()[0]
	if status.Restarts != 1 || status.State != supervise.Running || !strings.Contains(status.LastError, "signal: killed") {
		t.Errorf("status is %+v", status)
	}
	session.Release()
}

func TestRestartNeedsNobody(t *testing.T) {
	t.Parallel()
	s, _, _ := newSupervisor(t, "llm-works")
	instance := open(t, s, "llm-works", "k")
	defer instance.Release()
	if err := syscall.Kill(look(t, instance).PID, syscall.SIGKILL); err != nil {
		t.Fatal(err)
	}
	eventually(t, 5*time.Second, "it runs again", func() bool {
		status := s.Status()[0]
		return status.Restarts == 1 && status.State == supervise.Running
	})
}

func TestCallInFlightAtACrash(t *testing.T) {
	t.Parallel()
	s, _, _ := newSupervisor(t, "llm-works")
	instance := open(t, s, "llm-works", "k")
	defer instance.Release()
	_, err := instance.Check(t.Context(), config(t, fakeplugin.Options{Exit: true}))
	if !fault.Is(err, fault.Unavailable) {
		t.Errorf("error is %v", err)
	}
	look(t, instance)
}

func TestTooManyCrashesBreakThePlugin(t *testing.T) {
	t.Parallel()
	s, catalog, _ := newSupervisor(t, fakeplugin.Exits)
	spec := supervise.Spec{Plugin: fakeplugin.Exits, Key: "k"}
	for range 6 {
		if _, err := s.Open(t.Context(), spec); !fault.Is(err, fault.Unavailable) {
			t.Fatalf("error is %v", err)
		}
	}
	_, err := s.Open(t.Context(), spec)
	problem := fault.As(err)
	if problem.Code != fault.Unavailable || problem.RetryAfter < 20*time.Second || !strings.Contains(err.Error(), "no licence found") {
		t.Errorf("error is %v, retry after %s", err, problem.RetryAfter)
	}
	if status := s.Status()[0]; status.State != supervise.Broken || !strings.Contains(status.LastError, "no licence") {
		t.Errorf("status is %+v", status)
	}
	if err := s.Reset(fakeplugin.Exits); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Open(t.Context(), spec); !strings.Contains(err.Error(), "start llm-exits") {
		t.Errorf("after the reset: %v", err)
	}
	for s.Status()[0].State != supervise.Broken {
		_, _ = s.Open(t.Context(), spec)
	}
	catalog.replace(fakeplugin.Exits)
	if _, err := s.Open(t.Context(), spec); !strings.Contains(err.Error(), "start llm-exits") {
		t.Errorf("with another file: %v", err)
	}
}

func TestDeadlyConfigurationIsKeptFromTheOthers(t *testing.T) {
	t.Parallel()
	s, _, _ := newSupervisor(t, "llm-works")
	innocent := open(t, s, "llm-works", "innocent")
	defer innocent.Release()
	deadly := supervise.Spec{Plugin: "llm-works", Key: "deadly", Config: config(t, fakeplugin.Options{Exit: true})}
	for range 8 {
		if _, err := s.Open(t.Context(), deadly); !fault.Is(err, fault.Unavailable) {
			t.Fatalf("error is %v", err)
		}
	}
	look(t, innocent)
	if status := s.Status()[0]; status.Restarts != 2 {
		t.Errorf("status is %+v", status)
	}
}

func TestUnknownPlugin(t *testing.T) {
	t.Parallel()
	s, _, _ := newSupervisor(t)
	if _, err := s.Open(t.Context(), supervise.Spec{Plugin: "llm-absent"}); err == nil || !strings.Contains(err.Error(), "no plugin llm-absent") {
		t.Errorf("error is %v", err)
	}
	if err := s.Reset("llm-other"); !fault.Is(err, fault.NotFound) {
		t.Errorf("reset: %v", err)
	}
}

func TestFrozenPluginIsReplaced(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("waits for the connection's keepalive, 13 s")
	}
	s, _, _ := newSupervisor(t, "llm-works")
	instance := open(t, s, "llm-works", "k")
	defer instance.Release()
	session, err := instance.Acquire(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer session.Release()
	before := look(t, instance)
	if err := syscall.Kill(before.PID, syscall.SIGSTOP); err != nil {
		t.Fatal(err)
	}
	select {
	case <-session.Done():
	case <-time.After(18 * time.Second):
		t.Fatal("the frozen process is still in use")
	}
	if after := look(t, instance); after.PID == before.PID {
		t.Error("it is the same process")
	}
}
