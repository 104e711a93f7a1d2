package supervise_test

import (
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/bothost/bothost/host/internal/fakeplugin"
	"github.com/bothost/bothost/sdk/fault"
)

func TestBigMessages(t *testing.T) {
	t.Parallel()
	s, _, _ := newSupervisor(t, "llm-works")
	instance := open(t, s, "llm-works", "k")
	defer instance.Release()
	options := func(size int) []byte { return config(t, fakeplugin.Options{Note: strings.Repeat("x", size)}) }
	if _, err := instance.Check(t.Context(), options(8<<20)); err != nil {
		t.Errorf("8 MiB: %v", err)
	}
	_, err := instance.Check(t.Context(), options(65<<20))
	if !fault.Is(err, fault.Internal) || !strings.Contains(err.Error(), "larger than max") {
		t.Errorf("65 MiB: %v", err)
	}
}

// Idle connections were once closed after 40 s by plugins that took the host's
// keepalive for abuse.
func TestIdleConnectionIsKept(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("waits for the connection's keepalive, 45 s")
	}
	s, _, _ := newSupervisor(t, "llm-works")
	instance := open(t, s, "llm-works", "k")
	defer instance.Release()
	session, err := instance.Acquire(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer session.Release()
	select {
	case <-session.Done():
		t.Error(s.Status()[0].LastError)
	case <-time.After(45 * time.Second):
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
	signal(t, before.PID, syscall.SIGSTOP)
	select {
	case <-session.Done():
	case <-time.After(18 * time.Second):
		t.Fatal("the frozen process is still in use")
	}
	if after := look(t, instance); after.PID == before.PID {
		t.Error("it is the same process")
	}
}
