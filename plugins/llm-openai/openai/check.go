package openai

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/bothost/bothost/sdk/fault"
)

const (
	// checkTimeout bounds a check: a server that needs longer than this to say
	// what models it has cannot do its work.
	checkTimeout = 10 * time.Second
	// longestList bounds what is read of a list of models.
	longestList = 16 << 20
	// shownModels is how many models are named where the one that is meant is not
	// among them.
	shownModels = 5
)

// Check asks the server for its models: that shows whether it takes the key and,
// if options name a model, whether it has it. A server that lists none is taken at
// its word.
func (p *Provider) Check(ctx context.Context, options Options) (string, error) {
	limited, cancel := context.WithTimeout(ctx, checkTimeout)
	defer cancel()
	models, err := p.models(limited)
	if isNoRoute(err) {
		return fmt.Sprintf("%s answers and does not list its models: neither api_key nor model is checked", p.server()), nil
	}
	if err != nil {
		return "", p.failedCheck(ctx, limited, options.Model, err)
	}
	server := fmt.Sprintf("%s with %d models", p.server(), len(models))
	if options.Model == "" {
		return server, nil
	}
	if !slices.Contains(models, options.Model) {
		// A name may be another one of a model that is listed.
		if err := p.checkModel(limited, options.Model); err != nil {
			return "", p.failedCheck(ctx, limited, options.Model, absent(models, err))
		}
	}
	return fmt.Sprintf("%s, %s", options.Model, server), nil
}

// models lists the names of the server's models in their order.
func (p *Provider) models(ctx context.Context) ([]string, error) {
	answer, err := p.send(ctx, http.MethodGet, nil, "models")
	if err != nil {
		return nil, err
	}
	defer func() { _ = answer.body.Close() }()
	document, err := io.ReadAll(io.LimitReader(answer.body, longestList))
	if err != nil {
		return nil, fmt.Errorf("read the list of models: %w", err)
	}
	return readModels(document)
}

type model struct {
	ID string `json:"id"`
}

// readModels reads OpenAI's list, or one without its wrapping.
func readModels(document []byte) ([]string, error) {
	var list struct {
		Data []model `json:"data"`
	}
	if json.Unmarshal(document, &list.Data) != nil {
		if err := json.Unmarshal(document, &list); err != nil {
			return nil, fmt.Errorf("decode the list of models: %w", err)
		}
	}
	names := make([]string, len(list.Data))
	for i, m := range list.Data {
		names[i] = m.ID
	}
	slices.Sort(names)
	return names, nil
}

func (p *Provider) checkModel(ctx context.Context, name string) error {
	answer, err := p.send(ctx, http.MethodGet, nil, "models", name)
	if err != nil {
		return err
	}
	return answer.body.Close()
}

// isNoRoute reports whether a server refuses to list models because it never does.
func isNoRoute(err error) bool {
	refused, ok := errors.AsType[*refusal](err)
	return ok && (refused.status == http.StatusNotFound || refused.status == http.StatusMethodNotAllowed ||
		refused.status == http.StatusNotImplemented)
}

// absent is the refusal of a model that is not in a list either, with some that
// are; another error stays what it is.
func absent(models []string, err error) error {
	if !isNoRoute(err) {
		return err
	}
	message := "the server has no such model"
	if len(models) > 0 {
		message += "; it has " + strings.Join(models[:min(len(models), shownModels)], ", ")
	}
	if len(models) > shownModels {
		message += " and more"
	}
	return &refusal{status: http.StatusNotFound, code: codeUnknownModel, message: message}
}

func (p *Provider) failedCheck(ctx, limited context.Context, model string, err error) error {
	switch {
	case ctx.Err() != nil:
		return fmt.Errorf("llm-openai: check %s: %w", p.server(), ctx.Err())
	case limited.Err() != nil:
		return fault.New(fault.Timeout, "llm-openai: the server at %s did not answer in %v", p.server(), checkTimeout).FromUpstream()
	default:
		return p.classify(model, err)
	}
}
