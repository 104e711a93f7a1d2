package openai

import (
	"bytes"
	"crypto/rand"
	"encoding/json"
	"slices"
	"time"

	"github.com/bothost/bothost/host/bot"
)

// StreamType is the content type of an answer that is streamed.
const StreamType = "text/event-stream; charset=utf-8"

// Answer writes the answer to one request. It is not for concurrent use.
type Answer struct {
	request *Request
	head    head
	isBegun bool
}

// head is what an answer and all of its chunks have.
type head struct {
	ID      string `json:"id"`
	Object  string `json:"object"`
	Created int64  `json:"created"`
	// Model is the name that the client asked by.
	Model string `json:"model"`
}

type completion struct {
	head
	Choices []choice `json:"choices"`
	Usage   *usage   `json:"usage,omitempty"`
}

type chunk struct {
	head
	Choices []choice `json:"choices"`
	// Usage is null in all chunks but the last, where it was asked for.
	Usage json.RawMessage `json:"usage,omitempty"`
}

type choice struct {
	Index        int     `json:"index"`
	Message      *spoken `json:"message,omitempty"`
	Delta        *spoken `json:"delta,omitempty"`
	Logprobs     any     `json:"logprobs"`
	FinishReason *string `json:"finish_reason"`
}

type spoken struct {
	Role    string  `json:"role,omitempty"`
	Content *string `json:"content,omitempty"`
}

type usage struct {
	PromptTokens     int64 `json:"prompt_tokens"`
	CompletionTokens int64 `json:"completion_tokens"`
	TotalTokens      int64 `json:"total_tokens"`
}

// NewAnswer makes an answer under an id of its own.
func NewAnswer(request *Request, now time.Time) *Answer {
	return &Answer{request: request, head: head{
		ID: "chatcmpl-" + rand.Text(), Created: now.Unix(), Model: request.completion.Model,
	}}
}

// Whole is the document of an answer that is not streamed.
func (a *Answer) Whole(c bot.Completed) any {
	whole := completion{head: a.head, Usage: usageOf(c), Choices: []choice{{
		Message: &spoken{Role: "assistant", Content: &c.Text}, FinishReason: finishReason(c),
	}}}
	whole.Object = "chat.completion"
	return whole
}

// Delta is the event of a piece of the answer.
func (a *Answer) Delta(text string) []byte {
	delta := &spoken{Content: &text}
	if !a.isBegun {
		a.isBegun, delta.Role = true, "assistant"
	}
	return a.event([]choice{{Delta: delta}}, nil)
}

// End is what ends the stream of an answer that is complete.
func (a *Answer) End(c bot.Completed) []byte {
	var begun []byte
	if !a.isBegun {
		begun = a.Delta("")
	}
	end := slices.Concat(begun, a.event([]choice{{Delta: &spoken{}, FinishReason: finishReason(c)}}, nil))
	if a.request.includeUsage {
		end = append(end, a.event([]choice{}, usageOf(c))...)
	}
	return append(end, "data: [DONE]\n\n"...)
}

// Failure ends a stream that cannot go on: clients raise the member error of the
// document.
func (a *Answer) Failure(problem any, _ string) []byte { return event(problem) }

func (a *Answer) event(choices []choice, counted *usage) []byte {
	next := chunk{head: a.head, Choices: choices}
	next.Object = "chat.completion.chunk"
	if a.request.includeUsage {
		// Three numbers, or nothing, always marshal.
		next.Usage, _ = json.Marshal(counted)
	}
	return event(next)
}

func event(document any) []byte {
	var out bytes.Buffer
	out.WriteString("data: ")
	encoder := json.NewEncoder(&out)
	encoder.SetEscapeHTML(false)
	// Texts and numbers always encode.
	_ = encoder.Encode(document)
	out.WriteByte('\n')
	return out.Bytes()
}

func usageOf(c bot.Completed) *usage {
	prompt, answer := c.Usage.PromptTokens, c.Usage.CompletionTokens
	return &usage{PromptTokens: prompt, CompletionTokens: answer, TotalTokens: prompt + answer}
}

// finishReason is one that clients know.
func finishReason(c bot.Completed) *string {
	reason := c.FinishReason
	if !slices.Contains([]string{"stop", "length", "content_filter"}, reason) {
		reason = "stop"
	}
	return &reason
}
