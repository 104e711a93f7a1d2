package ollama

import (
	"bytes"
	"encoding/json"
	"time"

	"github.com/bothost/bothost/host/bot"
)

// StreamType is the content type of an answer that is streamed.
const StreamType = "application/x-ndjson"

// Answer writes the answer to one request. It is not for concurrent use.
type Answer struct {
	model string
	began time.Time
}

type line struct {
	Model     string `json:"model"`
	CreatedAt string `json:"created_at"`
	Message   speech `json:"message"`
	Done      bool   `json:"done"`
	*end
}

type speech struct {
	Role    string `json:"role"`
	Content string `json:"content"`
}

// end is what the last line has besides. Of the durations the host knows one.
type end struct {
	DoneReason      string `json:"done_reason"`
	TotalDuration   int64  `json:"total_duration"`
	PromptEvalCount int64  `json:"prompt_eval_count"`
	EvalCount       int64  `json:"eval_count"`
}

// NewAnswer makes an answer to a request that came now.
func NewAnswer(request *Request, now time.Time) *Answer {
	return &Answer{model: request.model, began: now}
}

// Whole is the document of an answer that is not streamed.
func (a *Answer) Whole(c bot.Completed) any {
	whole := a.line(c.Text)
	whole.Done = true
	whole.end = &end{
		DoneReason: c.FinishReason, TotalDuration: time.Since(a.began).Nanoseconds(),
		PromptEvalCount: c.Usage.PromptTokens, EvalCount: c.Usage.CompletionTokens,
	}
	return whole
}

// Delta is the line of a piece of the answer.
func (a *Answer) Delta(text string) []byte { return encode(a.line(text)) }

// End is the line that ends an answer that is complete.
func (a *Answer) End(c bot.Completed) []byte {
	c.Text = ""
	return encode(a.Whole(c))
}

// Failure is the line that ends a stream which cannot go on.
func (a *Answer) Failure(_ any, detail string) []byte { return encode(Problem(detail)) }

func (a *Answer) line(text string) line {
	return line{
		Model: a.model, CreatedAt: time.Now().UTC().Format(time.RFC3339Nano),
		Message: speech{Role: "assistant", Content: text},
	}
}

// Problem is the document of an error.
func Problem(detail string) any {
	return struct {
		Error string `json:"error"`
	}{detail}
}

func encode(document any) []byte {
	var out bytes.Buffer
	encoder := json.NewEncoder(&out)
	encoder.SetEscapeHTML(false)
	// Texts and numbers always encode.
	_ = encoder.Encode(document)
	return out.Bytes()
}
