package supervise_test

import (
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/bothost/bothost/host/internal/fakeplugin"
	"github.com/bothost/bothost/host/supervise"
	"github.com/bothost/bothost/sdk/client"
)

func TestNoCallFailsOfAReplacement(t *testing.T) {
	t.Parallel()
	s, catalog, _ := newSupervisor(t, "llm-works")
	instances := make([]*supervise.Instance, 3)
	for i := range instances {
		instances[i] = open(t, s, "llm-works", strconv.Itoa(i))
		defer instances[i].Release()
	}
	stop := make(chan struct{})
	var calls atomic.Int64
	var users sync.WaitGroup
	for i := range 16 {
		users.Go(func() {
			for ; ; calls.Add(1) {
				select {
				case <-stop:
					return
				default:
				}
				if _, err := instances[i%3].Check(t.Context(), nil); err != nil {
					t.Errorf("a call failed: %v", err)
					return
				}
			}
		})
	}
	pids := map[int]bool{}
	for range 4 {
		pids[look(t, instances[0]).PID] = true
		catalog.replace("llm-works", "llm-works")
		if err := replace(t, s, catalog); err != nil {
			t.Fatal(err)
		}
	}
	pids[look(t, instances[0]).PID] = true
	close(stop)
	users.Wait()
	if len(pids) != 5 || calls.Load() < 100 {
		t.Errorf("%d processes, %d calls", len(pids), calls.Load())
	}
	if status := s.Status()[0]; status.Restarts != 4 || status.LastError != "" {
		t.Errorf("status is %+v", status)
	}
	for pid := range pids {
		eventually(t, 5*time.Second, "the old process is gone", func() bool { return gone(pid) || pid == s.Status()[0].PID })
	}
}

func TestSessionStaysWithItsProcess(t *testing.T) {
	t.Parallel()
	s, catalog, _ := newSupervisor(t, "llm-works")
	instance := open(t, s, "llm-works", "k")
	defer instance.Release()
	session, err := instance.Acquire(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	old := look(t, instance).PID
	catalog.replace("llm-works", "llm-works")
	if err := replace(t, s, catalog); err != nil {
		t.Fatal(err)
	}
	select {
	case <-session.Retired():
	default:
		t.Error("the session does not know that its process was replaced")
	}
	text, err := client.Instance{Conn: session.Conn(), ID: session.Instance()}.Check(t.Context(), nil)
	if err != nil || !strings.Contains(text, strconv.Itoa(old)) {
		t.Errorf("the session is answered %q, %v", text, err)
	}
	if look(t, instance).PID == old {
		t.Error("new sessions are still in the old process")
	}
	session.Release()
	eventually(t, 5*time.Second, "the old process is gone", func() bool { return gone(old) })
}

func TestFailedReplacementChangesNothing(t *testing.T) {
	t.Parallel()
	s, catalog, _ := newSupervisor(t, "llm-works", fakeplugin.Exits)
	if err := replace(t, s, catalog); err != nil {
		t.Errorf("of what does not run: %v", err)
	}
	instance := open(t, s, "llm-works", "k")
	defer instance.Release()
	before := look(t, instance)
	if err := replace(t, s, catalog); err != nil {
		t.Errorf("by the same file: %v", err)
	}
	catalog.replace("llm-works", fakeplugin.Exits)
	if err := replace(t, s, catalog); err == nil || !strings.Contains(err.Error(), "exit status 3") {
		t.Errorf("by a bad file: %v", err)
	}
	if after := look(t, instance); after.PID != before.PID || after.Opens != before.Opens {
		t.Errorf("%+v became %+v", before, after)
	}
}

// replace replaces llm-works by what the catalog has now.
func replace(t *testing.T, s *supervise.Supervisor, catalog *folder) error {
	t.Helper()
	binary, err := catalog.Binary("llm-works")
	if err != nil {
		t.Fatal(err)
	}
	return s.Replace(t.Context(), binary, func() {})
}
