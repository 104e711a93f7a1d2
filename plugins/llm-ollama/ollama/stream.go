package ollama

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
	"github.com/ollama/ollama/api"
)

const (
	firstBuffer = 4 << 10
	// longestLine bounds one line of a reply, a token or a few as a rule.
	longestLine = 8 << 20
	// longestError bounds what is read of a refusal.
	longestError = 64 << 10
)

// errCut means that a reply ended before the server said that it was done.
var errCut = errors.New("the reply ended before it was done")

// modelError is what the server says in the middle of a reply that began well.
type modelError string

func (e modelError) Error() string { return string(e) }

// stream is a reply that is coming.
type stream struct {
	body  io.ReadCloser
	lines *bufio.Scanner
}

// open asks for a reply. A refusal is an api.StatusError; what the transport
// says is wrapped.
func (p *Provider) open(ctx context.Context, chat *api.ChatRequest) (*stream, error) {
	body, err := json.Marshal(chat)
	if err != nil {
		return nil, fmt.Errorf("encode the request: %w", err)
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, p.base.JoinPath("api", "chat").String(), bytes.NewReader(body))
	if err != nil {
		return nil, fmt.Errorf("make the request: %w", err)
	}
	request.Header.Set("Content-Type", "application/json")
	request.Header.Set("Accept", "application/x-ndjson")
	response, err := p.http.Do(request)
	if err != nil {
		return nil, err
	}
	if response.StatusCode != http.StatusOK {
		defer func() { _ = response.Body.Close() }()
		return nil, refusal(response)
	}
	lines := bufio.NewScanner(response.Body)
	lines.Buffer(make([]byte, 0, firstBuffer), longestLine)
	return &stream{body: response.Body, lines: lines}, nil
}

// refusal reads the error document of an answer that is not 200.
func refusal(response *http.Response) error {
	refused := api.StatusError{StatusCode: response.StatusCode, Status: response.Status}
	body, err := io.ReadAll(io.LimitReader(response.Body, longestError))
	if err != nil || json.Unmarshal(body, &refused) != nil {
		// A proxy's page, or half an answer: the status says enough.
		refused.ErrorMessage = ""
	}
	return refused
}

// chunk is what counts of a line of a reply. The fields are those of Ollama's
// api.ChatResponse, and of its error document.
type chunk struct {
	Model   string `json:"model"`
	Message struct {
		Content   string           `json:"content"`
		ToolCalls []jsontext.Value `json:"tool_calls"`
	} `json:"message"`
	Done            bool   `json:"done"`
	DoneReason      string `json:"done_reason"`
	PromptEvalCount int64  `json:"prompt_eval_count"`
	EvalCount       int64  `json:"eval_count"`
	Error           string `json:"error"`
}

// next gives the next chunk; its error is errCut, a modelError, or what went
// wrong in reading.
func (s *stream) next() (chunk, error) {
	for s.lines.Scan() {
		if len(bytes.TrimSpace(s.lines.Bytes())) == 0 {
			continue
		}
		var line chunk
		// Names and text as encoding/json takes them, which Ollama writes with.
		err := json.Unmarshal(s.lines.Bytes(), &line, jsontext.AllowDuplicateNames(true), jsontext.AllowInvalidUTF8(true))
		if err != nil {
			return chunk{}, fmt.Errorf("decode a line of the reply: %w", err)
		}
		if line.Error != "" {
			return chunk{}, modelError(line.Error)
		}
		return line, nil
	}
	if err := s.lines.Err(); err != nil {
		return chunk{}, fmt.Errorf("read the reply: %w", err)
	}
	return chunk{}, errCut
}

// drain reads what follows the last chunk, which should be nothing.
func (s *stream) drain() {
	_, _ = io.Copy(io.Discard, s.body)
}

// close gives the connection back.
func (s *stream) close() { _ = s.body.Close() }
