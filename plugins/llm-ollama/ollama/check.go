package ollama

import (
	"context"
	"fmt"
	"time"

	"github.com/ollama/ollama/api"

	"github.com/bothost/bothost/sdk/fault"
)

// checkTimeout bounds a check: a server that needs longer than this to say
// what models it has cannot do its work.
const checkTimeout = 10 * time.Second

// Check asks the server for its version and, if options name one, for the
// model. It loads nothing.
func (p *Provider) Check(ctx context.Context, options Options) (string, error) {
	limited, cancel := context.WithTimeout(ctx, checkTimeout)
	defer cancel()
	version, err := p.api.Version(limited)
	if err != nil {
		return "", p.failedCheck(ctx, limited, options.Model, err)
	}
	server := fmt.Sprintf("Ollama %s at %s", version, p.server())
	if options.Model == "" {
		return server, nil
	}
	if _, err := p.api.Show(limited, &api.ShowRequest{Model: options.Model}); err != nil {
		return "", p.failedCheck(ctx, limited, options.Model, err)
	}
	return fmt.Sprintf("%s, %s", options.Model, server), nil
}

func (p *Provider) failedCheck(ctx, limited context.Context, model string, err error) error {
	switch {
	case ctx.Err() != nil:
		return fmt.Errorf("llm-ollama: check %s: %w", p.server(), ctx.Err())
	case limited.Err() != nil:
		return fault.New(fault.Timeout, "llm-ollama: Ollama at %s did not answer in %v", p.server(), checkTimeout).FromUpstream()
	default:
		return p.classify(model, err)
	}
}
