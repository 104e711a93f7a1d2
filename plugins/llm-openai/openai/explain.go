package openai

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/bothost/bothost/sdk/fault"
	"github.com/bothost/bothost/sdk/llm/silence"
)

// busyWait is what callers of a busy server wait that does not say how long.
const busyWait = 5 * time.Second

// shortestKey is the length from which on a key or a password is one. What is given to a server
// that asks for none ("none", "EMPTY") is shorter, and may be a word of any text.
const shortestKey = 8

// noCredit is what to do about an account that is empty.
const noCredit = "the account of api_key has no credit left"

// explain makes a fault of what went wrong in a call. The caller's own leaving
// comes first: whatever else is reported then is its echo.
func (p *Provider) explain(ctx, watched context.Context, model string, err error) error {
	if ctx.Err() != nil {
		return fmt.Errorf("llm-openai: chat with model %q: %w", model, ctx.Err())
	}
	if silence.HasEnded(watched) {
		return fault.New(fault.Timeout, "llm-openai: the server at %s said nothing for %v", p.server(), p.idle).
			FromUpstream().
			WithRemedy("if the model thinks for long before it speaks, raise idle_timeout")
	}
	return p.classify(model, err)
}

// classify makes a fault of an error that is the server's or the network's.
func (p *Provider) classify(model string, err error) error {
	if refused, ok := errors.AsType[*refusal](err); ok {
		return p.refused(model, refused)
	}
	if dial, ok := errors.AsType[*net.OpError](err); ok && dial.Op == "dial" {
		return fault.New(fault.Unavailable, "llm-openai: no server can be reached at %s: %w", p.server(), dial).
			FromUpstream().WithRemedy("set base_url to where it runs")
	}
	return fault.New(fault.Unavailable, "%s: %w", p.where(model), withoutURL(err)).FromUpstream()
}

// refused maps what a server's status means, and its word where that says more.
func (p *Provider) refused(model string, r *refusal) error {
	p.conceal(r)
	of := func(code fault.Code) *fault.Error {
		return fault.New(code, "%s: %w", p.where(model), r).FromUpstream().WithRetryAfter(r.retryAfter)
	}
	switch status := r.status; {
	case r.isUnknownModel():
		return of(fault.NotFound).WithReason(fault.ModelNotFound).WithRemedy("set model to one that GET %s lists", p.base.JoinPath("models").Redacted())
	case status == http.StatusTooManyRequests || status == 0 && r.code == "rate_limit_exceeded":
		return of(fault.RateLimited).WithRetryAfter(r.waitOr(busyWait)).WithRemedy("%s", r.limitRemedy())
	case status == http.StatusPaymentRequired:
		return of(fault.Unavailable).WithRemedy(noCredit)
	case status == http.StatusServiceUnavailable:
		return of(fault.Unavailable).WithRetryAfter(r.waitOr(busyWait))
	case status == http.StatusUnauthorized || status == http.StatusForbidden:
		return of(fault.Unavailable).WithRemedy("%s", p.keyRemedy())
	case status == http.StatusNotFound || status == http.StatusMethodNotAllowed || 0 < status && status < http.StatusBadRequest:
		return of(fault.Unavailable).WithRemedy("this address answers, but not with Chat Completions; check base_url, which mostly ends with /v1")
	case status == 0 || status >= http.StatusInternalServerError || isPassing(status):
		return of(fault.Unavailable)
	default:
		return of(fault.Invalid).WithRemedy("%s", r.parameterRemedy())
	}
}

// keyRemedy is what to do about a key that is refused.
func (p *Provider) keyRemedy() string {
	if p.key == "" {
		return "the server asks for a key; set api_key"
	}
	return "check api_key: the server does not take it, or not for this model"
}

// isPassing knows the refusals below 500 of a request that is right.
func isPassing(status int) bool {
	return status == http.StatusRequestTimeout || status == http.StatusConflict || status == http.StatusTooEarly
}

// where names the model, if there is one, and its server.
func (p *Provider) where(model string) string {
	if model == "" {
		return "llm-openai: " + p.server()
	}
	return fmt.Sprintf("llm-openai: model %q at %s", model, p.server())
}

// conceal takes the secrets out of what a server says. Of a key that is wrong
// servers show some letters: then only the code is left to say.
func (p *Provider) conceal(r *refusal) {
	if r.status == http.StatusUnauthorized {
		r.message = ""
	}
	password, _ := p.base.User.Password()
	for _, secret := range []string{p.key, password} {
		if len(secret) < shortestKey {
			continue
		}
		for _, said := range []*string{&r.message, &r.code, &r.param} {
			*said = strings.ReplaceAll(*said, secret, "********")
		}
	}
}

// withoutURL takes off the address that the transport's errors begin with; the
// message names it already.
func withoutURL(err error) error {
	if wrapped, ok := errors.AsType[*url.Error](err); ok {
		return wrapped.Err
	}
	return err
}
