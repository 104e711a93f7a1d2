package plugincheck

import (
	"context"
	"encoding/json"

	"github.com/bothost/bothost/sdk/client"
	"github.com/bothost/bothost/sdk/fault"
	"github.com/bothost/bothost/sdk/llm"
	"github.com/bothost/bothost/sdk/message"
	"github.com/bothost/bothost/sdk/plugin/handshake"
	pluginv1 "github.com/bothost/bothost/sdk/plugin/v1"
	"github.com/bothost/bothost/sdk/plugintest"
)

// open opens an instance, which must succeed.
func (p *process) open(t plugintest.T, s Subject, id string) client.Instance {
	t.Helper()
	_, err := p.service().Open(t.Context(), &pluginv1.OpenRequest{Instance: id, Config: s.Config, DataDir: s.DataDir})
	if err != nil {
		t.Fatalf("open: %v", p.explain(err))
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

func ignore(string) error { return nil }

// survives makes a call that may fail, but not end the process.
func (p *process) survives(t plugintest.T, s Subject, instance client.Instance) {
	t.Helper()
	if err := call(t.Context(), s, instance, "Hello!", ignore); err != nil && p.awaitExit(linger) {
		t.Fatalf("call: %v", p.ended())
	}
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
