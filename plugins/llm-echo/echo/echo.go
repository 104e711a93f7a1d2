// Package echo is a provider for development: it answers with what it was
// shown, so that memory and the isolation of tenants can be seen without a
// model. It can be told to take its time, to stream in pieces, and to fail.
//
// What people say is repeated byte for byte and never evaluated, and a call
// stops as soon as its context is done, whatever it was told to wait for.
package echo

import (
	"context"
	"fmt"
	"time"

	"github.com/bothost/bothost/sdk"
	"github.com/bothost/bothost/sdk/fault"
	"github.com/bothost/bothost/sdk/llm"
)

// Provider is an instance. Its methods may be called concurrently.
type Provider struct {
	recorder *recorder
}

var (
	_ llm.Provider[Options] = (*Provider)(nil)
	_ llm.Checker[Options]  = (*Provider)(nil)
)

// Open makes an instance. It fails only if the record cannot be written.
func Open(_ context.Context, config Config, settings sdk.Settings) (*Provider, error) {
	recorder, err := openRecorder(config.Record, settings.DataDir)
	if err != nil {
		unavailable := fault.New(fault.Unavailable, "%w", err)
		return nil, unavailable.WithRemedy("choose a file for `record` that can be written")
	}
	return &Provider{recorder: recorder}, nil
}

// Close ends the record. No call may be running.
func (p *Provider) Close() error {
	if err := p.recorder.close(); err != nil {
		return fmt.Errorf("llm-echo: close the record: %w", err)
	}
	return nil
}

// Check says that all is well: an echo needs nothing.
func (p *Provider) Check(context.Context, Options) (string, error) {
	return "answers with what it is shown; no model is needed", nil
}

// Chat tells the user what messages it was shown.
func (p *Provider) Chat(
	ctx context.Context, request llm.Request[Options], emit func(string) error,
) (result llm.Result, err error) {
	record := newRecord(request)
	defer func() {
		if recordErr := p.recorder.add(record); err == nil {
			err = recordErr
		}
	}()
	result, err = answer(ctx, request, emit)
	record.Outcome = outcome(err)
	return result, err
}

func outcome(err error) string {
	switch {
	case err == nil:
		return Done
	case fault.Is(err, fault.Canceled):
		return Canceled
	default:
		return Failed
	}
}

func answer(ctx context.Context, request llm.Request[Options], emit func(string) error) (llm.Result, error) {
	options := request.Options
	text, ok := compose(request.Messages)
	if !ok {
		return llm.Result{}, fault.New(fault.Invalid, "llm-echo: none of the %d messages is a user's", len(request.Messages))
	}
	if err := wait(ctx, time.Duration(options.Delay)); err != nil {
		return llm.Result{}, err
	}
	if err := options.Fail.beforeReply(); err != nil {
		return llm.Result{}, err
	}
	text, isCut := firstWords(text, options.MaxTokens)
	told := pieces(text, options)
	if options.Fail == MidStream {
		told = told[:(len(told)+1)/2]
	}
	if err := tell(ctx, told, time.Duration(options.ChunkDelay), emit); err != nil {
		return llm.Result{}, err
	}
	if options.Fail == MidStream {
		return llm.Result{}, midStream()
	}
	return newResult(request, text, isCut), nil
}
