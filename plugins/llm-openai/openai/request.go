package openai

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"mime"
	"net/http"

	api "github.com/openai/openai-go/v3"
	"github.com/openai/openai-go/v3/packages/param"

	"github.com/bothost/bothost/sdk/llm"
)

// longestError bounds what is read of a refusal.
const longestError = 64 << 10

// encode translates a request of the host to the body of one of Chat Completions.
func (p *Provider) encode(request llm.Request[Options]) ([]byte, error) {
	messages, err := translateAll(request.Messages)
	if err != nil {
		return nil, err
	}
	translated := api.ChatCompletionNewParams{Messages: messages}
	request.Options.apply(p.base.Hostname(), &translated)
	if p.streamUsage {
		translated.StreamOptions.IncludeUsage = param.NewOpt(true)
	}
	// The client's type has no such field: it tells the two kinds of call apart.
	translated.SetExtraFields(map[string]any{"stream": true})
	body, err := json.Marshal(translated)
	if err != nil {
		return nil, fmt.Errorf("llm-openai: encode the request: %w", err)
	}
	return body, nil
}

// answer is what a server says to a request that it takes.
type answer struct {
	// body is closed by who gets the answer.
	body io.ReadCloser
	// kind is its media type, empty if the server does not say.
	kind string
}

// send makes a request, once. An answer that is not 200 is a *refusal; what the
// transport says is wrapped.
func (p *Provider) send(ctx context.Context, method string, body []byte, path ...string) (*answer, error) {
	request, err := http.NewRequestWithContext(ctx, method, p.base.JoinPath(path...).String(), bytes.NewReader(body))
	if err != nil {
		return nil, fmt.Errorf("make the request: %w", err)
	}
	maps.Copy(request.Header, p.header)
	if body != nil {
		request.Header.Set("Content-Type", "application/json")
		request.Header.Set("Accept", "text/event-stream, application/json")
	}
	response, err := p.http.Do(request)
	if err != nil {
		return nil, err
	}
	if response.StatusCode == http.StatusOK {
		kind, _, _ := mime.ParseMediaType(response.Header.Get("Content-Type"))
		return &answer{body: response.Body, kind: kind}, nil
	}
	defer func() { _ = response.Body.Close() }()
	// A proxy's page, or half an answer: the status says enough.
	document, _ := io.ReadAll(io.LimitReader(response.Body, longestError))
	return nil, newRefusal(response, document)
}
