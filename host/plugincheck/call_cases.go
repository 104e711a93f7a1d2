package plugincheck

import (
	"context"

	"google.golang.org/protobuf/encoding/protowire"

	"github.com/bothost/bothost/sdk/plugin/handshake"
	pluginv1 "github.com/bothost/bothost/sdk/plugin/v1"
	"github.com/bothost/bothost/sdk/plugintest"
)

func callCases() []Case {
	return []Case{
		{Name: "instances are opened and closed apart", Run: tellsInstancesApart},
		{Name: "a message of 64 MiB arrives", Run: takesLargeMessages},
		{Name: "it survives a message beyond 64 MiB", Run: survivesOversized},
	}
}

func tellsInstancesApart(t plugintest.T, s Subject) {
	p := start(t, s)
	defer p.end()
	one, other := p.open(t, s, "one"), p.open(t, s, "other")
	p.open(t, s, one.ID)
	for _, id := range []string{one.ID, one.ID, "never opened"} {
		if _, err := p.service().Close(t.Context(), &pluginv1.CloseRequest{Instance: id}); err != nil {
			t.Errorf("close of %q: %v; to close what is not open is no error", id, p.explain(err))
		}
	}
	if isOpen(t, s, one) {
		t.Errorf("a call to an instance that was closed must fail with UNAVAILABLE and the reason %s: "+
			"by that a host knows that it has to open it again", handshake.NotOpen)
	}
	if !isOpen(t, s, other) {
		t.Errorf("an instance is not open any more when another one was closed")
	}
	p.open(t, s, one.ID)
	if !isOpen(t, s, one) {
		t.Errorf("an instance that was closed and opened again is not open")
	}
}

// describe asks with a message of a size: what makes it large is a field that a
// newer host might send.
func (p *process) describe(ctx context.Context, size int) error {
	const newer = 1000
	request := &pluginv1.DescribeRequest{}
	request.ProtoReflect().SetUnknown(
		protowire.AppendBytes(protowire.AppendTag(nil, newer, protowire.BytesType), make([]byte, size)))
	_, err := p.service().Describe(ctx, request)
	return err
}

func takesLargeMessages(t plugintest.T, s Subject) {
	const framing = 64
	p := start(t, s)
	defer p.end()
	if err := p.describe(t.Context(), handshake.MaxMessageSize-framing); err != nil {
		t.Errorf("%v; gRPC allows 4 MiB unless its server is told otherwise", p.explain(err))
	}
}

func survivesOversized(t plugintest.T, s Subject) {
	p := start(t, s)
	defer p.end()
	// Whether it is refused is the plugin's own affair.
	_ = p.describe(t.Context(), handshake.MaxMessageSize+1<<20)
	if err := p.describe(t.Context(), 0); err != nil {
		t.Errorf("the next call failed: %v", p.explain(err))
	}
}
