//go:build linux

package e2e

import (
	"context"
	"testing"
	"time"

	"github.com/bothost/bothost/host"
)

// TestCloseNeedNotWaitForCommits checks that a host closes when it is told to,
// even if a reply cannot be stored, and would be tried to for longer.
func TestCloseNeedNotWaitForCommits(t *testing.T) {
	t.Parallel()
	server := newPostgres(t)
	s := newSite(t, object{"bot": object{
		"llm": object{"provider": "echo", "delay": "1s"}, "conversation_storage": server.Store(),
	}})
	s.api().register("a", object{})
	bot, err := s.host.Registry().Bot(t.Context(), "a")
	if err != nil {
		t.Fatal(err)
	}
	speaking, turn := make(chan struct{}), make(chan error, 1)
	go func() {
		_, err := bot.ChatStream(context.Background(), host.Context{ConversationID: "c"}, "Hello", func(string) error {
			select {
			case <-speaking:
			default:
				server.Stop()
				close(speaking)
			}
			return nil
		})
		turn <- err
	}()
	<-speaking
	// The commit has failed by then, and is repeated.
	time.Sleep(time.Second)
	select {
	case err := <-turn:
		t.Fatalf("the turn has ended already: %v", err)
	default:
	}
	s.server.Close()
	ctx, cancel := context.WithTimeout(t.Context(), 200*time.Millisecond)
	defer cancel()
	started := time.Now()
	// What it says of calls that were cut off is not what this is about.
	_ = s.host.Close(ctx)
	s.host = nil
	if took := time.Since(started); took > 10*time.Second {
		t.Errorf("Close took %v, and had 200 ms", took)
	}
	if err := <-turn; err == nil {
		t.Error("a reply that was not stored was given")
	}
}
