package e2e

import (
	"context"
	"fmt"
	"net/http"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

// TestPluginIsKilled: SIGKILL of any plugin between turns, and the next turn
// works.
func TestPluginIsKilled(t *testing.T) {
	t.Parallel()
	p := newProgram(t)
	p.api().register("a", object{})
	turns := 1
	p.api().hears("a", "c", "first")
	for _, plugin := range []string{"llm-echo", "memory-buffer", "store-sqlite"} {
		pid := p.pids()[plugin]
		if pid == 0 {
			t.Fatalf("%s does not run: %v", plugin, p.pids())
		}
		if err := syscall.Kill(pid, syscall.SIGKILL); err != nil {
			t.Fatal(err)
		}
		p.api().hears("a", "c", "after the end of "+plugin)
		turns++
	}
	if messages := p.api().transcript("a", "c"); len(messages) != 2*turns {
		t.Errorf("%d messages after %d turns", len(messages), turns)
	}
}

// TestHostIsKilled: no plugin outlives it by a second, and after a restart
// everything acknowledged is there.
func TestHostIsKilled(t *testing.T) {
	t.Parallel()
	p := newProgram(t)
	p.api().register("a", object{})
	for i := range 3 {
		p.api().hears("a", "c", fmt.Sprint("message ", i))
	}
	key := p.api().call(http.MethodPost, "/v1/tenants/a/keys", nil)
	if key.status != http.StatusCreated {
		t.Fatalf("key: %d %s", key.status, key.raw)
	}
	pids := p.pids()
	if len(pids) != 3 {
		t.Fatalf("plugins: %v", pids)
	}
	p.signal(syscall.SIGKILL)
	<-p.exited
	killed := time.Now()
	p.eventually("all plugins are gone", 10*time.Second, func() bool {
		for _, pid := range pids {
			if runs(pid) {
				return false
			}
		}
		return true
	})
	if took := time.Since(killed); isLate(took, time.Second) {
		t.Errorf("plugins outlived their host by %v", took)
	}
	p.start()
	if messages := p.api().transcript("a", "c"); len(messages) != 6 {
		t.Errorf("%d messages after the restart, want 6", len(messages))
	}
	reply := p.api().hears("a", "c", "and now?")
	if !strings.Contains(reply, "message 2") {
		t.Errorf("the bot has forgotten: %q", reply)
	}
	left, err := filepath.Glob(filepath.Join(p.folder, "data", "run", "*", "plugins"))
	if err != nil || len(left) != 1 {
		t.Errorf("folders of runs: %v %v", left, err)
	}
}

// TestHostIsKilledInATurn: the turn is shown as interrupted after the restart,
// and the conversation goes on at once.
func TestHostIsKilledInATurn(t *testing.T) {
	t.Parallel()
	p := newProgram(t)
	p.api().register("a", object{"llm": object{"delay": "20s"}})
	begun := make(chan struct{})
	ended := make(chan error, 1)
	go func() {
		ended <- p.api().stream(context.Background(), "a", "c", "unanswered", func(e event) bool {
			if e.name == "start" {
				close(begun)
			}
			return true
		})
	}()
	<-begun
	p.signal(syscall.SIGKILL)
	<-p.exited
	<-ended
	p.start()
	p.api().register("a", object{})
	restarted := time.Now()
	p.api().hears("a", "c", "next")
	if took := time.Since(restarted); isLate(took, 2*time.Second) {
		t.Errorf("the next turn waited %v for a dead one", took)
	}
	messages := p.api().transcript("a", "c")
	if len(messages) != 3 || messages[0].Status != "interrupted" || messages[1].Status != "complete" {
		t.Errorf("the transcript is %+v", messages)
	}
	if reply := messages[2].Content; strings.Contains(reply, "unanswered") {
		t.Errorf("the interrupted message reached the model: %q", reply)
	}
}

// TestHostIsTold: on SIGTERM, to the host or to its whole group, a turn in
// flight finishes, one that waits is refused, and the host ends cleanly.
func TestHostIsTold(t *testing.T) {
	t.Parallel()
	for name, group := range map[string]bool{"the host": false, "the group": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := newProgram(t)
			p.api().register("a", object{"llm": object{"chunks": 10, "chunk_delay": "150ms"}})
			begun := make(chan struct{})
			ended := make(chan event, 1)
			go func() {
				var last event
				err := p.api().stream(context.Background(), "a", "c", "one two three", func(e event) bool {
					if e.name == "start" {
						close(begun)
					}
					last = e
					return true
				})
				if err != nil {
					t.Error(err)
				}
				ended <- last
			}()
			<-begun
			queued := make(chan int, 1)
			go func() {
				response, err := p.api().try(context.Background(), http.MethodPost, "/v1/chat",
					object{"message": "waits", "conversation_id": "c"}, "X-Tenant", "a")
				if err != nil {
					t.Error(err)
				}
				queued <- response.status
			}()
			time.Sleep(300 * time.Millisecond)
			target := p.command.Process.Pid
			if group {
				target = -target
			}
			if err := syscall.Kill(target, syscall.SIGTERM); err != nil {
				t.Fatal(err)
			}
			if status := <-queued; status != http.StatusServiceUnavailable {
				t.Errorf("the turn that waited got %d", status)
			}
			if last := <-ended; last.name != "done" || last.data["reply"] != "You said: one two three" {
				t.Errorf("the turn in flight ended with %+v", last)
			}
			select {
			case err := <-p.exited:
				if err != nil {
					t.Errorf("the host ended with %v", err)
				}
			case <-time.After(10 * time.Second):
				t.Error("the host does not end")
			}
		})
	}
}
