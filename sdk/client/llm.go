package client

import (
	"context"
	"encoding/json"
	"errors"
	"io"

	"github.com/bothost/bothost/sdk/fault"
	"github.com/bothost/bothost/sdk/internal/wire"
	"github.com/bothost/bothost/sdk/llm"
	pluginv1 "github.com/bothost/bothost/sdk/plugin/v1"
)

// LLM is an instance of an LLM plugin. Its options are a JSON object.
type LLM struct{ Instance }

var _ llm.Provider[json.RawMessage] = LLM{}

// Chat implements llm.Provider. A stream that ends before the plugin said that
// the reply is complete is an error.
func (l LLM) Chat(ctx context.Context, request llm.Request[json.RawMessage], emit func(string) error) (llm.Result, error) {
	messages, err := wire.ToMessages(request.Messages)
	if err != nil {
		return llm.Result{}, fault.New(fault.Invalid, "%w", err)
	}
	// A context made of the caller's ends a moment after it does.
	caller := ctx
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	stream, err := pluginv1.NewLLMServiceClient(l.Conn).Chat(ctx, &pluginv1.ChatRequest{
		Instance: l.ID,
		Scope:    &pluginv1.Scope{Tenant: request.Tenant, Conversation: request.Conversation, Turn: request.Turn},
		Messages: messages,
		Options:  request.Options,
		Whole:    request.Whole,
	})
	if err != nil {
		return llm.Result{}, Error(err)
	}
	for {
		response, err := stream.Recv()
		switch {
		case errors.Is(err, io.EOF):
			return llm.Result{}, fault.New(fault.Internal, "the reply ended before it was complete: its last event was not done")
		case err != nil:
			return llm.Result{}, Error(err)
		case caller.Err() != nil:
			// What was read ahead is not told to a caller who has left.
			return llm.Result{}, fault.As(caller.Err())
		}
		switch event := response.GetEvent().(type) {
		case *pluginv1.ChatResponse_Delta:
			if err := emit(event.Delta); err != nil {
				return llm.Result{}, err
			}
		case *pluginv1.ChatResponse_Done:
			done := event.Done
			return llm.Result{
				Model: done.GetModel(), FinishReason: done.GetFinishReason(), Usage: wire.FromUsage(done.GetUsage()),
			}, nil
		default:
			return llm.Result{}, fault.New(fault.Internal, "the plugin sent an event that this host does not know")
		}
	}
}
