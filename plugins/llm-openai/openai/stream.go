package openai

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
)

const (
	firstBuffer = 4 << 10
	// longestLine bounds one line of a reply, a token or a few as a rule.
	longestLine = 8 << 20
)

// errFailed is what a server says that gives up in the middle of a reply.
var errFailed = errors.New(`the server ended the reply with the reason "error"`)

// stream is a reply that is coming.
type stream struct {
	body  io.ReadCloser
	lines *bufio.Scanner
	// isWhole tells that the server does not stream: the reply is one document.
	isWhole bool
}

// open asks for a reply.
func (p *Provider) open(ctx context.Context, body []byte) (*stream, error) {
	answer, err := p.send(ctx, http.MethodPost, body, "chat", "completions")
	if err != nil {
		return nil, err
	}
	s := &stream{body: answer.body, lines: bufio.NewScanner(answer.body)}
	s.lines.Buffer(make([]byte, 0, firstBuffer), longestLine)
	// Not every server that streams says so: what counts is what is said otherwise.
	switch answer.kind {
	case "application/json":
		s.isWhole = true
		s.lines.Split(splitNothing)
	case "text/html":
		s.close()
		return nil, &refusal{status: http.StatusOK, message: "a page for people"}
	}
	return s, nil
}

// splitNothing takes all that there is for one line.
func splitNothing(data []byte, atEOF bool) (int, []byte, error) {
	if !atEOF || len(data) == 0 {
		return 0, nil, nil
	}
	return len(data), data, nil
}

// chunk is what counts of an event of a reply. The fields are those of OpenAI's
// chat.completion.chunk, or of its chat.completion, and of errors.
type chunk struct {
	Object  string         `json:"object"`
	Model   string         `json:"model"`
	Choices []choice       `json:"choices"`
	Usage   *usage         `json:"usage"`
	Error   jsontext.Value `json:"error"`
}

type choice struct {
	Delta        said   `json:"delta"`
	Message      said   `json:"message"`
	FinishReason string `json:"finish_reason"`
}

// said is what the model says. What it thinks, which some servers send in fields
// of their own, is no part of the reply; why it refuses is.
type said struct {
	Content   string           `json:"content"`
	Refusal   string           `json:"refusal"`
	ToolCalls []jsontext.Value `json:"tool_calls"`
}

type usage struct {
	PromptTokens     int64 `json:"prompt_tokens"`
	CompletionTokens int64 `json:"completion_tokens"`
}

// next gives the next chunk, an empty one for a sign of life without content. Its
// error is io.EOF if the server says no more, a *refusal, or what went wrong in
// reading.
//
// Each line of data is taken for a whole event: no encoder of JSON writes line
// breaks, and some servers leave out the empty line between events.
func (s *stream) next() (chunk, error) {
	for s.lines.Scan() {
		if s.isWhole {
			return s.decode(s.lines.Bytes())
		}
		field, value, isField := bytes.Cut(s.lines.Bytes(), []byte(":"))
		value = bytes.TrimSpace(value)
		switch {
		case !isField:
			continue
		case len(field) == 0 || len(value) == 0: // a comment or so, by which a server shows that it lives
			return chunk{}, nil
		case string(field) == "error": // as older servers of llama.cpp say it
			return chunk{}, newStreamError(value)
		case string(field) != "data":
			continue
		case string(value) == "[DONE]":
			return chunk{}, io.EOF
		}
		return s.decode(value)
	}
	if err := s.lines.Err(); err != nil {
		return chunk{}, fmt.Errorf("read the reply: %w", err)
	}
	return chunk{}, io.EOF
}

func (s *stream) decode(document []byte) (chunk, error) {
	var decoded chunk
	// Names and text as encoding/json takes them: servers are of many makes.
	err := json.Unmarshal(document, &decoded, jsontext.AllowDuplicateNames(true), jsontext.AllowInvalidUTF8(true))
	if err != nil {
		return chunk{}, fmt.Errorf("decode an event of the reply: %w", err)
	}
	if decoded.Object == "error" || len(decoded.Error) > 0 && decoded.Error.Kind() != 'n' {
		return chunk{}, newStreamError(document)
	}
	for i := range decoded.Choices {
		if decoded.Choices[i].FinishReason == "error" {
			return chunk{}, errFailed
		}
		if s.isWhole {
			decoded.Choices[i].Delta = decoded.Choices[i].Message
		}
	}
	return decoded, nil
}

// drain reads what follows the end of a reply, which should be nothing.
func (s *stream) drain() {
	_, _ = io.Copy(io.Discard, s.body)
}

// close gives the connection back.
func (s *stream) close() { _ = s.body.Close() }
