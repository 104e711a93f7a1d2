package ollama

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/ollama/ollama/api"

	"github.com/bothost/bothost/sdk/fault"
	"github.com/bothost/bothost/sdk/llm/silence"
)

// retryAfter is what callers of a busy server wait; Ollama itself does not say.
const retryAfter = 5 * time.Second

// shortestPassword is the length from which on a password is no word of any text.
const shortestPassword = 8

// explain makes a fault of what went wrong in a call. The caller's own leaving
// comes first: whatever else is reported then is its echo.
func (p *Provider) explain(ctx, watched context.Context, model string, err error) error {
	if ctx.Err() != nil {
		return fmt.Errorf("llm-ollama: chat with model %q: %w", model, ctx.Err())
	}
	if silence.HasEnded(watched) {
		return fault.New(fault.Timeout, "llm-ollama: Ollama at %s said nothing for %v", p.server(), p.idle).
			FromUpstream().
			WithRemedy("look at the server's log; if the model takes long to load, raise idle_timeout")
	}
	return p.classify(model, err)
}

// classify makes a fault of an error that is the server's or the network's.
func (p *Provider) classify(model string, err error) error {
	if refused, ok := errors.AsType[api.StatusError](err); ok {
		refused.ErrorMessage = p.conceal(refused.ErrorMessage)
		return p.refused(model, refused)
	}
	if said, ok := errors.AsType[modelError](err); ok {
		return fault.New(fault.Unavailable, "llm-ollama: model %q failed in the middle of its reply: %s", model, p.conceal(string(said))).FromUpstream()
	}
	if dial, ok := errors.AsType[*net.OpError](err); ok && dial.Op == "dial" {
		return p.unreachable(dial)
	}
	return fault.New(fault.Unavailable, "llm-ollama: chat with model %q at %s: %w", model, p.server(), withoutURL(err)).FromUpstream()
}

// unreachable is the fault of a server that is not there.
func (p *Provider) unreachable(err error) error {
	return fault.New(fault.Unavailable, "llm-ollama: Ollama cannot be reached at %s: %w", p.server(), err).
		FromUpstream().
		WithRemedy("start it with `ollama serve`, or set base_url to where it runs")
}

// refused maps what a server's status means.
func (p *Provider) refused(model string, refused api.StatusError) error {
	prefix := fmt.Sprintf("llm-ollama: model %q at %s", model, p.server())
	switch status := refused.StatusCode; {
	case status == http.StatusNotFound && isUnknownModel(refused):
		return fault.New(fault.NotFound, "%s: %w", prefix, refused).
			FromUpstream().WithReason(fault.ModelNotFound).WithRemedy("fetch it with `ollama pull %s`", model)
	case status == http.StatusNotFound || status < http.StatusBadRequest:
		return fault.New(fault.Unavailable, "%s: %w", prefix, refused).
			FromUpstream().WithRemedy("this address answers, but not as Ollama does; check base_url")
	case status == http.StatusTooManyRequests:
		return fault.New(fault.RateLimited, "%s: %w", prefix, refused).FromUpstream().WithRetryAfter(retryAfter)
	case status == http.StatusServiceUnavailable:
		return fault.New(fault.Unavailable, "%s: %w", prefix, refused).FromUpstream().WithRetryAfter(retryAfter)
	case status == http.StatusUnauthorized || status == http.StatusForbidden:
		return fault.New(fault.Unavailable, "%s: %w", prefix, refused).
			FromUpstream().WithRemedy("the server asks for credentials; check base_url")
	case status < http.StatusInternalServerError || isWrongOption(refused):
		return fault.New(fault.Invalid, "%s: %w", prefix, refused).FromUpstream()
	default:
		return fault.New(fault.Unavailable, "%s: %w", prefix, refused).FromUpstream()
	}
}

// conceal takes the password out of what a server says, as one in front of Ollama
// may.
func (p *Provider) conceal(said string) string {
	password, _ := p.base.User.Password()
	if len(password) < shortestPassword {
		return said
	}
	return strings.ReplaceAll(said, password, "********")
}

// isUnknownModel tells Ollama's own 404 from that of another server.
func isUnknownModel(refused api.StatusError) bool {
	return strings.Contains(refused.ErrorMessage, "model") && strings.Contains(refused.ErrorMessage, "not found")
}

// isWrongOption recognises the option of a wrong type, which Ollama answers
// with 500 although the request can never work.
func isWrongOption(refused api.StatusError) bool {
	return strings.HasPrefix(refused.ErrorMessage, "option ") && strings.Contains(refused.ErrorMessage, "must be of type")
}

// withoutURL takes off the address that the transport's errors begin with; the
// message names it already.
func withoutURL(err error) error {
	if wrapped, ok := errors.AsType[*url.Error](err); ok {
		return wrapped.Err
	}
	return err
}
