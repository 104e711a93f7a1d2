package plugincheck

import (
	"context"
	"encoding/json"
	"time"

	"github.com/bothost/bothost/sdk/client"
	"github.com/bothost/bothost/sdk/fault"
	"github.com/bothost/bothost/sdk/llm"
	"github.com/bothost/bothost/sdk/message"
	"github.com/bothost/bothost/sdk/plugin/handshake"
	pluginv1 "github.com/bothost/bothost/sdk/plugin/v1"
	"github.com/bothost/bothost/sdk/plugintest"
)

// openLimit is how long a host waits for an instance to be opened.
const openLimit = 30 * time.Second

// open opens an instance, which must succeed.
func (p *process) open(t plugintest.T, s Subject, id string) client.Instance {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), min(s.Patience, openLimit))
	defer cancel()
	_, err := p.service().Open(ctx, &pluginv1.OpenRequest{Instance: id, Config: s.Config, DataDir: s.DataDir})
	if err != nil {
		// It takes a moment, in which the deadline comes here too: the plugin, which is
		// told of it, may have been earlier.
		err = p.explain(err)
		if ctx.Err() != nil {
			t.Fatalf("it did not answer Open within %v; hosts wait for %v: connect to what is far away later, or with a time limit",
				min(s.Patience, openLimit), openLimit)
		}
		t.Fatalf("open: %v", err)
	}
	return client.Instance{Conn: p.conn, ID: id}
}

// call makes a call of some length. emit, which a model's reply goes to, may be
// told nothing.
func call(ctx context.Context, s Subject, instance client.Instance, text string, emit func(string) error) error {
	if s.Kind != "llm" {
		_, err := instance.Check(ctx, s.Options)
		return err
	}
	_, err := client.LLM{Instance: instance}.Chat(ctx, llm.Request[json.RawMessage]{
		Tenant: "tenant", Conversation: "conversation", Options: s.Options,
		Messages: []message.Message{message.New(message.User, text)},
	}, emit)
	return err
}

// survives makes a call that may fail, but neither freeze nor end the process.
func (p *process) survives(t plugintest.T, s Subject, instance client.Instance) {
	t.Helper()
	if !p.speaks(t, s, instance) {
		t.Fatalf("a call had no answer within %v, neither a word nor an error: "+
			"find out what it waits for; a server that may say nothing needs a time limit", s.Patience)
	}
}

// speaks makes a call, and reports whether it was answered in any way. One whose
// reply has begun is no longer waited for when the patience is over.
func (p *process) speaks(t plugintest.T, s Subject, instance client.Instance) bool {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), s.Patience)
	defer cancel()
	heard := false
	err := call(ctx, s, instance, "Hello!", func(string) error {
		heard = true
		return nil
	})
	if err != nil && p.awaitExit(linger) {
		t.Fatalf("call: %v", p.ended())
	}
	return heard || err == nil || ctx.Err() == nil
}

// isOpen reports whether the process knows the instance. Whether that can do its
// work does not matter.
func isOpen(t plugintest.T, s Subject, instance client.Instance) bool {
	t.Helper()
	_, err := instance.Check(t.Context(), s.Options)
	if err == nil {
		return true
	}
	failure := fault.As(err)
	return failure.Code != fault.Unavailable || failure.Reason != handshake.NotOpen
}
