package apiclient

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// Error is what the host refused, and why: the document of RFC 9457 that it
// answers with.
type Error struct {
	// Status is that of the answer; of a stream that failed, the one that the
	// answer would have had.
	Status int
	// Code is the stable word for programs: "turn_in_progress". It is empty if
	// the answer was not the host's, but of something in between.
	Code string
	// Detail says what is wrong, for people.
	Detail string
	// Fields lists what is wrong with a configuration or a request.
	Fields []Field
	// RetryAfter is how long to wait before another try; 0: the host did not say.
	RetryAfter time.Duration
}

// Field is one wrong key.
type Field struct {
	// Key is the path from the root, dots between.
	Key     string `json:"key"`
	Message string `json:"message"`
}

// Error gives the detail alone: it already names the fields, if there are any.
func (e *Error) Error() string { return e.Detail }

// problem is the host's document of an error.
type problem struct {
	Status int     `json:"status"`
	Detail string  `json:"detail"`
	Errors []Field `json:"errors"`
	OpenAI struct {
		Code string `json:"code"`
	} `json:"error"`
}

func (p problem) toError() *Error {
	return &Error{Status: p.Status, Code: p.OpenAI.Code, Detail: p.Detail, Fields: p.Errors}
}

// maxProblem bounds what is read of an error's document, in bytes.
const maxProblem = 1 << 20

// readError reads the document of an answer that is not a success.
func readError(response *http.Response) error {
	body, err := io.ReadAll(io.LimitReader(response.Body, maxProblem))
	var document problem
	if err != nil || json.Unmarshal(body, &document) != nil || document.Detail == "" {
		return &Error{Status: response.StatusCode, Detail: strangeAnswer(response, body)}
	}
	refused := document.toError()
	refused.Status = response.StatusCode
	if seconds, err := strconv.Atoi(response.Header.Get("Retry-After")); err == nil && seconds > 0 {
		refused.RetryAfter = time.Duration(seconds) * time.Second
	}
	return refused
}

// strangeAnswer describes an answer that no host gives: a proxy's, or that of
// another program.
func strangeAnswer(response *http.Response, body []byte) string {
	const shown = 200
	text := strings.ToValidUTF8(strings.Join(strings.Fields(string(body)), " "), "?")
	if len(text) > shown {
		text = strings.ToValidUTF8(text[:shown], "") + "..."
	}
	return fmt.Sprintf("%s did not answer as a bothost does: %s %s", response.Request.URL.Host, response.Status, text)
}
