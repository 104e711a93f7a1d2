package httpapi

import (
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"net/http"
	"strconv"
	"time"

	"github.com/bothost/bothost/host/bot"
	"github.com/bothost/bothost/host/registry"
	"github.com/bothost/bothost/sdk/fault"
)

// problem is the document of every error: RFC 9457, with the member `error` that
// OpenAI's clients read.
type problem struct {
	Type   string         `json:"type"`
	Title  string         `json:"title"`
	Status int            `json:"status"`
	Detail string         `json:"detail"`
	Errors []problemField `json:"errors,omitempty"`
	OpenAI openAIError    `json:"error"`

	retryAfter time.Duration
}

type problemField struct {
	Key     string `json:"key"`
	Message string `json:"message"`
}

type openAIError struct {
	Message string  `json:"message"`
	Type    string  `json:"type"`
	Code    string  `json:"code"`
	Param   *string `json:"param"`
}

// Error makes a problem an error, so that handlers can return it.
func (p *problem) Error() string { return p.Detail }

// statusClientGone is what nginx calls the answer that nobody is there to get.
const statusClientGone = 499

func problemf(status int, code, format string, args ...any) *problem {
	title := http.StatusText(status)
	if status == statusClientGone {
		title = "Client Closed Request"
	}
	detail := fmt.Sprintf(format, args...)
	return &problem{
		Type: "urn:bothost:problem:" + code, Title: title, Status: status, Detail: detail,
		OpenAI: openAIError{Message: detail, Type: openAIType(status), Code: code},
	}
}

func openAIType(status int) string {
	switch {
	case status == http.StatusUnauthorized:
		return "authentication_error"
	case status == http.StatusForbidden:
		return "permission_error"
	case status == http.StatusNotFound:
		return "not_found_error"
	case status == http.StatusTooManyRequests:
		return "rate_limit_error"
	case status < http.StatusInternalServerError:
		return "invalid_request_error"
	}
	return "server_error"
}

// problemOf translates any error.
func problemOf(err error) *problem {
	if p, ok := errors.AsType[*problem](err); ok {
		return p
	}
	e := fault.As(err)
	status := statusOf(e)
	if turn, ok := errors.AsType[*bot.Error](err); ok {
		e, status = turn.Fault, statusOfTurn(turn)
	}
	code := e.Reason
	if code == "" {
		code = codeOf(status)
	}
	p := problemf(status, code, "%s", err)
	p.retryAfter = e.RetryAfter
	if p.retryAfter == 0 && (status == http.StatusServiceUnavailable || status == http.StatusTooManyRequests) {
		p.retryAfter = time.Second
	}
	for _, field := range e.Fields {
		p.Errors = append(p.Errors, problemField{Key: field.Key, Message: field.Message})
	}
	if len(p.Errors) > 0 {
		p.OpenAI.Param = &p.Errors[0].Key
	}
	return p
}

// statusOf is the status of a fault outside a turn.
func statusOf(e *fault.Error) int {
	switch e.Code {
	case fault.Invalid:
		return http.StatusUnprocessableEntity
	case fault.NotFound:
		return http.StatusNotFound
	case fault.Conflict:
		return statusOfConflict(e.Reason)
	case fault.RateLimited:
		return http.StatusTooManyRequests
	case fault.Unavailable:
		return http.StatusServiceUnavailable
	case fault.Timeout:
		return http.StatusGatewayTimeout
	case fault.Canceled:
		return statusClientGone
	case fault.Unsupported:
		return http.StatusNotImplemented
	}
	return http.StatusInternalServerError
}

func statusOfConflict(reason string) int {
	switch reason {
	case registry.TenantDeactivated:
		return http.StatusForbidden
	case registry.WrongKey:
		return http.StatusUnauthorized
	case fault.RevisionMismatch:
		return http.StatusPreconditionFailed
	case fault.IdempotencyMismatch:
		return http.StatusUnprocessableEntity
	}
	return http.StatusConflict
}

// statusOfTurn says whose fault a turn's failure is: the model's server's (502),
// or that of a plugin or of what it needs (503).
func statusOfTurn(e *bot.Error) int {
	switch e.Fault.Code {
	case fault.RateLimited:
		return http.StatusTooManyRequests
	case fault.Timeout:
		return http.StatusGatewayTimeout
	case fault.Canceled:
		return statusClientGone
	case fault.Conflict:
		return statusOfConflict(e.Fault.Reason)
	}
	switch {
	case e.Fault.Upstream && e.Stage == bot.StageModel:
		return http.StatusBadGateway
	case e.Fault.Code == fault.Invalid:
		return http.StatusUnprocessableEntity
	}
	return http.StatusServiceUnavailable
}

// codeOf is the code of an error that has no reason of its own.
func codeOf(status int) string {
	switch status {
	case http.StatusBadRequest:
		return "malformed"
	case http.StatusUnprocessableEntity:
		return "invalid"
	case http.StatusNotFound:
		return "not_found"
	case http.StatusConflict:
		return "conflict"
	case http.StatusTooManyRequests:
		return "rate_limited"
	case http.StatusBadGateway:
		return "upstream_failed"
	case http.StatusServiceUnavailable:
		return "unavailable"
	case http.StatusGatewayTimeout:
		return "timeout"
	case http.StatusNotImplemented:
		return "not_supported"
	case statusClientGone:
		return "client_gone"
	}
	return "internal"
}

// fail writes an error's document.
func (a *api) fail(w http.ResponseWriter, r *http.Request, err error) {
	a.failAs(w, r, err, "application/problem+json", func(p *problem) any { return p })
}

// failAs writes another document of an error.
func (a *api) failAs(w http.ResponseWriter, r *http.Request, err error, contentType string, document func(*problem) any) {
	p := problemOf(err)
	a.logFailure(r, p.Status, err)
	if p.retryAfter > 0 {
		w.Header().Set("Retry-After", strconv.Itoa(int(math.Ceil(p.retryAfter.Seconds()))))
	}
	if p.Status == http.StatusUnauthorized {
		w.Header().Set("WWW-Authenticate", `Bearer realm="bothost"`)
	}
	writeJSON(w, p.Status, contentType, document(p))
}

// logFailure writes what the operator should know and nobody has logged yet: a
// turn logs its own failures.
func (a *api) logFailure(r *http.Request, status int, err error) {
	_, ours := errors.AsType[*problem](err)
	_, turn := errors.AsType[*bot.Error](err)
	if status >= http.StatusInternalServerError && !ours && !turn {
		a.Logger.Warn("request failed", "method", r.Method, "route", r.Pattern, "status", status, "error", err)
	}
}

func writeJSON(w http.ResponseWriter, status int, contentType string, value any) {
	w.Header().Set("Content-Type", contentType)
	w.Header().Set("Cache-Control", "no-store")
	limitAnswer(w)
	w.WriteHeader(status)
	encoder := json.NewEncoder(w)
	encoder.SetEscapeHTML(false)
	// The only error left is that the client has gone.
	_ = encoder.Encode(value)
}

// answerTimeout is how long a client may take to take an answer.
const answerTimeout = time.Minute

func limitAnswer(w http.ResponseWriter) {
	// A server that cannot set deadlines (in tests) has none to fear. This one
	// ends with the request.
	_ = http.NewResponseController(w).SetWriteDeadline(time.Now().Add(answerTimeout))
}

// reply writes a successful answer.
func reply(w http.ResponseWriter, status int, value any) error {
	writeJSON(w, status, "application/json", value)
	return nil
}
