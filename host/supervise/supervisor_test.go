package supervise_test

import (
	"context"
	"strings"
	"sync"
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
