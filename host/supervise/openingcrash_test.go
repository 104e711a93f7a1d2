package supervise_test

import (
	"syscall"
	"testing"
	"time"

	"github.com/bothost/bothost/host/internal/fakeplugin"
	"github.com/bothost/bothost/host/supervise"
)

// TestOneCrashDuringAnOpeningIsBorne kills a process while it opens an instance that
// somebody waits for, who did not see the process before it.
func TestOneCrashDuringAnOpeningIsBorne(t *testing.T) {
	t.Parallel()
	s, _, _ := newSupervisor(t, "llm-works")
	instance, err := s.Open(t.Context(), supervise.Spec{
		Plugin: "llm-works", Key: "k", Config: config(t, fakeplugin.Options{DelayMS: 1000}),
	})
	if err != nil {
		t.Fatal(err)
	}
	defer instance.Release()
	first := look(t, instance).PID
	signal(t, first, syscall.SIGKILL)
	second := 0
	eventually(t, 10*time.Second, "another process runs", func() bool {
		second = s.Status()[0].PID
		return second != 0 && second != first
	})
	acquired := make(chan error, 1)
	go func() {
		session, err := instance.Acquire(t.Context())
		if err == nil {
			session.Release()
		}
		acquired <- err
	}()
	// It waits by then, and the opening takes longer.
	time.Sleep(200 * time.Millisecond)
	signal(t, second, syscall.SIGKILL)
	if err := <-acquired; err != nil {
		t.Errorf("the session failed: %v", err)
	}
}
