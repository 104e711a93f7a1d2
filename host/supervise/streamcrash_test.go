package supervise_test

import (
	"encoding/json"
	"strings"
	"syscall"
	"testing"

	"github.com/bothost/bothost/sdk/client"
	"github.com/bothost/bothost/sdk/fault"
	"github.com/bothost/bothost/sdk/llm"
)

// TestStreamAtACrash checks that who hears of a process's end through a stream
// does not meet that process again, as it is with other calls.
func TestStreamAtACrash(t *testing.T) {
	t.Parallel()
	for range 4 {
		t.Run("", func(t *testing.T) {
			t.Parallel()
			s, _, _ := newSupervisor(t, "llm-works")
			instance := open(t, s, "llm-works", "k")
			defer instance.Release()
			for range 4 {
				session, err := instance.Acquire(t.Context())
				if err != nil {
					t.Fatal(err)
				}
				signal(t, look(t, instance).PID, syscall.SIGKILL)
				model := client.LLM{Instance: client.Instance{Conn: session.Conn(), ID: session.Instance()}}
				for err = nil; !fault.Is(err, fault.Unavailable); {
					// As long as it lives, it answers.
					_, err = model.Chat(t.Context(), llm.Request[json.RawMessage]{}, nil)
				}
				select {
				case <-session.Done():
				default:
					t.Errorf("the end of the process is not known yet, but told: %v", err)
				}
				if !strings.Contains(err.Error(), "its process ended") {
					t.Errorf("error is %v", err)
				}
				session.Release()
			}
		})
	}
}
