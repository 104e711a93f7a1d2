package client

import (
	"context"

	"github.com/bothost/bothost/sdk/fault"
	"github.com/bothost/bothost/sdk/internal/wire"
	"github.com/bothost/bothost/sdk/memory"
	pluginv1 "github.com/bothost/bothost/sdk/plugin/v1"
)

// Window reads the answer to Open: what a memory strategy needs to see of a
// conversation. Of plugins of other kinds it is zero.
func Window(opened *pluginv1.OpenResponse) memory.Window { return wire.FromWindow(opened.GetWindow()) }

// Memory is an instance of a memory plugin. Its window is part of the answer to
// Open, and given here.
type Memory struct {
	Instance
	Bounds memory.Window
}

var _ memory.Strategy = Memory{}

// Window implements memory.Strategy.
func (m Memory) Window() memory.Window { return m.Bounds }

// Recall implements memory.Strategy.
func (m Memory) Recall(ctx context.Context, request memory.Request) (memory.Response, error) {
	wireRequest, err := wire.ToRecallRequest(m.ID, request)
	if err != nil {
		return memory.Response{}, fault.New(fault.Invalid, "%w", err)
	}
	response, err := pluginv1.NewMemoryServiceClient(m.Conn).Recall(ctx, wireRequest)
	if err != nil {
		return memory.Response{}, Error(err)
	}
	out, err := wire.FromRecallResponse(response)
	if err != nil {
		return memory.Response{}, broken("recall", err)
	}
	return out, nil
}
