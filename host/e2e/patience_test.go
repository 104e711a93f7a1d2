package e2e

import (
	"context"
	"errors"
	"net"
	"testing"
	"time"

	"github.com/bothost/bothost/host"
)

// silentServer takes connections and never says a word.
func silentServer(t *testing.T) (port int) {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = listener.Close() })
	address, ok := listener.Addr().(*net.TCPAddr)
	if !ok {
		t.Fatalf("the listener is at %v", listener.Addr())
	}
	return address.Port
}

// TestCallersNeedNotWaitForTheRegistrysStore checks that whoever asks for
// something that is in a store which does not answer can leave, however many wait
// for it to open.
func TestCallersNeedNotWaitForTheRegistrysStore(t *testing.T) {
	t.Parallel()
	s := newSite(t, object{"registry": object{"store": object{
		"backend": "postgres", "connection": object{"host": "127.0.0.1", "port": silentServer(t), "sslmode": "disable"},
	}}})
	ctx, cancel := context.WithTimeout(t.Context(), 200*time.Millisecond)
	defer cancel()
	started := time.Now()
	if _, err := s.host.Registry().Get(ctx, "a"); err == nil {
		t.Error("Get found a tenant in a store that does not answer")
	}
	if took := time.Since(started); took > 5*time.Second {
		t.Errorf("Get returned %v after it was asked to within 200 ms", took)
	}
}

// TestCloseNeedNotWaitForTurns checks that a host closes when it is told to, even
// if a turn would go on.
func TestCloseNeedNotWaitForTurns(t *testing.T) {
	t.Parallel()
	s := newSite(t, object{"tenants": object{"a": object{"llm": object{"delay": "1h"}}}})
	turn := make(chan error, 1)
	begun := make(chan struct{})
	bot, err := s.host.Registry().Bot(t.Context(), "a")
	if err != nil {
		t.Fatal(err)
	}
	go func() {
		close(begun)
		_, err := bot.Chat(context.Background(), host.Context{ConversationID: "c"}, "Hello")
		turn <- err
	}()
	<-begun
	for pending := false; !pending; {
		messages, err := bot.Messages(t.Context(), "c")
		pending = err == nil && len(messages) == 1
	}
	s.server.Close()
	ctx, cancel := context.WithTimeout(t.Context(), 200*time.Millisecond)
	defer cancel()
	started := time.Now()
	err = s.host.Close(ctx)
	if took := time.Since(started); took > 10*time.Second {
		t.Errorf("Close took %v, and had 200 ms", took)
	}
	if err == nil {
		t.Error("Close does not say that it cut a turn off")
	}
	s.host = nil
	select {
	case err := <-turn:
		if err == nil || errors.Is(err, context.Canceled) {
			t.Errorf("the turn that was cut off ended with %v", err)
		}
	case <-time.After(10 * time.Second):
		t.Error("the turn goes on")
	}
}
