//go:build linux

package e2e

import (
	"context"
	"net/http"
	"path/filepath"
	"syscall"
	"testing"
	"time"
)

// TestHostIsBackBeforeItsTurns: the conversation of a host that was killed in a
// turn is free for other instances as soon as the host is back, although nobody
// calls it. Its lease would last for 15 s.
func TestHostIsBackBeforeItsTurns(t *testing.T) {
	t.Parallel()
	p := newProgram(t)
	other := newInstance(t, object{"backend": "sqlite", "path": filepath.Join(p.folder, "data", "bothost.db")})
	p.api().register("a", object{"llm": object{"delay": "20s"}})
	begun, ended := make(chan struct{}), make(chan error, 1)
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
	back := time.Now()
	other.register("a", object{})
	other.wants(http.StatusOK, http.MethodPost, "/v1/chat", object{"message": "next", "conversation_id": "c"}, "X-Tenant", "a")
	if took := time.Since(back); isLate(took, 2*time.Second) {
		t.Errorf("the next turn waited %v for a dead one", took)
	}
}
