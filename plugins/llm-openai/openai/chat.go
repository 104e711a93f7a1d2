package openai

import (
	"context"
	"errors"
	"io"
	"time"

	"github.com/bothost/bothost/sdk/fault"
	"github.com/bothost/bothost/sdk/llm"
	"github.com/bothost/bothost/sdk/llm/silence"
)

const (
	// usageTimeout is how long a server that has said why its reply ended may take
	// to say how many tokens it was, and to end the stream.
	usageTimeout = time.Second
	// lastByteTimeout is how long the end of the answer may take after that: only a
	// connection whose answer was read to its end can serve another request.
	lastByteTimeout = 100 * time.Millisecond
)

// errCut means that a reply ended before the server said why.
var errCut = errors.New("the reply ended before it was done")

// Chat streams the model's reply.
func (p *Provider) Chat(
	ctx context.Context, request llm.Request[Options], emit func(string) error,
) (llm.Result, error) {
	body, err := p.encode(request)
	if err != nil {
		return llm.Result{}, err
	}
	watched, watch := silence.Start(ctx, p.idle)
	defer watch.Stop()
	coming, err := p.open(watched, body)
	if err != nil {
		return llm.Result{}, p.explain(ctx, watched, request.Options.Model, err)
	}
	defer coming.close()
	r := reply{stream: coming, watch: watch, emit: emit, result: llm.Result{Model: request.Options.Model}}
	for {
		next, isOver, err := r.next(ctx)
		if err != nil {
			return llm.Result{}, p.explain(ctx, watched, request.Options.Model, err)
		}
		if isOver {
			watch.Within(lastByteTimeout)
			coming.drain()
			return r.result, nil
		}
		if err := r.take(next); err != nil {
			return llm.Result{}, err
		}
	}
}

// reply is a reply on its way to who asked for it.
type reply struct {
	stream *stream
	watch  *silence.Watch
	emit   func(string) error
	// result is complete as soon as it has a reason; then only the usage may follow.
	result llm.Result
}

// next gives the next chunk, or says that the reply is over.
func (r *reply) next(ctx context.Context) (next chunk, isOver bool, err error) {
	next, err = r.stream.next()
	switch {
	case ctx.Err() != nil:
		// What was read ahead is not told to a caller who has left.
		return chunk{}, false, ctx.Err()
	case err != nil && r.result.FinishReason != "":
		// The reply is complete, whatever became of the words about it.
		return chunk{}, true, nil
	case errors.Is(err, io.EOF):
		return chunk{}, false, errCut
	}
	return next, false, err
}

// take passes the text of a chunk on, and keeps what it says of the reply. What
// follows the reason is no part of the reply.
func (r *reply) take(next chunk) error {
	if next.Model != "" {
		r.result.Model = next.Model
	}
	if next.Usage != nil {
		r.result.Usage = llm.Usage(*next.Usage)
	}
	if r.result.FinishReason != "" {
		return nil
	}
	for _, c := range next.Choices {
		if err := r.pass(c.Delta); err != nil {
			return err
		}
		r.result.FinishReason = c.FinishReason
	}
	if r.result.FinishReason != "" {
		r.watch.Within(usageTimeout)
	} else {
		r.watch.Heard()
	}
	return nil
}

// pass hands text on. The time that the reader takes for it is not the server's.
func (r *reply) pass(said said) error {
	if len(said.ToolCalls) > 0 {
		return fault.New(fault.Unsupported, "llm-openai: the model calls a tool, and none was offered").FromUpstream()
	}
	for _, text := range []string{said.Content, said.Refusal} {
		if text == "" {
			continue
		}
		r.watch.Pause()
		if err := r.emit(text); err != nil {
			return err
		}
	}
	return nil
}
