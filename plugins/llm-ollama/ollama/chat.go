package ollama

import (
	"context"
	"time"

	"github.com/bothost/bothost/sdk/fault"
	"github.com/bothost/bothost/sdk/llm"
	"github.com/bothost/bothost/sdk/llm/silence"
)

// lastByteTimeout is how long the end of a reply that is done may take: only a
// connection whose answer was read to its end can serve another request.
const lastByteTimeout = 100 * time.Millisecond

// Chat streams the model's reply.
func (p *Provider) Chat(
	ctx context.Context, request llm.Request[Options], emit func(string) error,
) (llm.Result, error) {
	chat, err := newRequest(request)
	if err != nil {
		return llm.Result{}, err
	}
	watched, watch := silence.Start(ctx, p.idle)
	defer watch.Stop()
	reply, err := p.open(watched, chat)
	if err != nil {
		return llm.Result{}, p.explain(ctx, watched, chat.Model, err)
	}
	defer reply.close()
	for {
		chunk, err := reply.next()
		if err == nil {
			// What was read ahead is not told to a caller who has left.
			err = ctx.Err()
		}
		if err != nil {
			return llm.Result{}, p.explain(ctx, watched, chat.Model, err)
		}
		if err := pass(chunk, watch, emit); err != nil {
			return llm.Result{}, err
		}
		if chunk.Done {
			watch.Within(lastByteTimeout)
			reply.drain()
			return newResult(chat.Model, chunk), nil
		}
	}
}

// pass hands a chunk's text on. The time that the reader takes for it is not
// the server's.
func pass(chunk chunk, watch *silence.Watch, emit func(string) error) error {
	if len(chunk.Message.ToolCalls) > 0 {
		return fault.New(fault.Unsupported, "llm-ollama: the model calls a tool, and none was offered").FromUpstream()
	}
	if chunk.Message.Content == "" {
		watch.Heard()
		return nil
	}
	watch.Pause()
	if err := emit(chunk.Message.Content); err != nil {
		return err
	}
	watch.Heard()
	return nil
}

func newResult(model string, last chunk) llm.Result {
	if last.Model != "" {
		model = last.Model
	}
	reason := last.DoneReason
	if reason == "" {
		reason = "stop"
	}
	return llm.Result{
		Model:        model,
		FinishReason: reason,
		Usage: llm.Usage{
			PromptTokens:     last.PromptEvalCount,
			CompletionTokens: last.EvalCount,
		},
	}
}
