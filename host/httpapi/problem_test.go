package httpapi_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/bothost/bothost/host/registry"
	"github.com/bothost/bothost/sdk/fault"
)

// TestProblemsOfAModel are failures of a turn: whose fault they are decides.
func TestProblemsOfAModel(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		err        error
		status     int
		kind, code string
		retryAfter string
	}{
		"its server fails":       {err: fault.New(fault.Internal, "x").FromUpstream(), status: 502, kind: "server_error", code: "upstream_failed"},
		"its server is down":     {err: fault.New(fault.Unavailable, "x").FromUpstream(), status: 502, kind: "server_error", code: "upstream_failed"},
		"its server refuses":     {err: fault.New(fault.Invalid, "x").FromUpstream(), status: 502, kind: "server_error", code: "upstream_failed"},
		"no such model":          {err: fault.New(fault.NotFound, "x").FromUpstream().WithReason(fault.ModelNotFound), status: 502, kind: "server_error", code: fault.ModelNotFound},
		"its server is slow":     {err: fault.New(fault.Timeout, "x").FromUpstream(), status: 504, kind: "server_error", code: "timeout"},
		"its server is busy":     {err: fault.New(fault.RateLimited, "x").FromUpstream().WithRetryAfter(1500 * time.Millisecond), status: 429, kind: "rate_limit_error", code: "rate_limited", retryAfter: "2"},
		"busy, for who knows":    {err: fault.New(fault.RateLimited, "x"), status: 429, kind: "rate_limit_error", code: "rate_limited", retryAfter: "1"},
		"the plugin fails":       {err: errors.New("x"), status: 503, kind: "server_error", code: "unavailable", retryAfter: "1"},
		"the plugin is not able": {err: fault.New(fault.Unsupported, "x"), status: 503, kind: "server_error", code: "unavailable", retryAfter: "1"},
		"the plugin refuses":     {err: fault.New(fault.Invalid, "x").WithReason("too_long"), status: 422, kind: "invalid_request_error", code: "too_long"},
		"another body":           {err: fault.New(fault.Conflict, "x").WithReason(fault.IdempotencyMismatch), status: 422, kind: "invalid_request_error", code: fault.IdempotencyMismatch},
		"the key is revoked":     {err: fault.New(fault.Conflict, "x").WithReason(registry.WrongKey), status: 401, kind: "authentication_error", code: registry.WrongKey},
		"deleted meanwhile":      {err: fault.New(fault.Conflict, "x").WithReason(fault.TurnSuperseded), status: 409, kind: "invalid_request_error", code: fault.TurnSuperseded},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := newHarness(t, noAuth)
			h.llm.chat = func(context.Context, func(string) error) error { return test.err }
			h.wantProblem(t, post("/v1/chat", `{"message":"Hi"}`), problem{test.status, "llm-fake: x", test.kind, test.code, test.retryAfter})
		})
	}
}

// TestProblemsOfAStore are failures outside a turn.
func TestProblemsOfAStore(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		err        error
		status     int
		kind, code string
		retryAfter string
	}{
		"invalid":     {err: fault.New(fault.Invalid, "x"), status: 422, kind: "invalid_request_error", code: "invalid"},
		"not found":   {err: fault.New(fault.NotFound, "x"), status: 404, kind: "not_found_error", code: "not_found"},
		"unavailable": {err: fault.New(fault.Unavailable, "x").WithRetryAfter(time.Minute), status: 503, kind: "server_error", code: "unavailable", retryAfter: "60"},
		"timeout":     {err: fault.New(fault.Timeout, "x"), status: 504, kind: "server_error", code: "timeout"},
		"internal":    {err: errors.New("x"), status: 500, kind: "server_error", code: "internal"},
		"a reason":    {err: fault.New(fault.Internal, "x").WithReason("broken_index"), status: 500, kind: "server_error", code: "broken_index"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := newHarness(t, noAuth)
			h.store.fails = test.err
			h.wantProblem(t, get("/v1/conversations/c1"), problem{test.status, "x", test.kind, test.code, test.retryAfter})
		})
	}
}

// problem is what is expected of a problem document.
type problem struct {
	status                         int
	detail, kind, code, retryAfter string
}

var titles = map[int]string{
	401: "Unauthorized", 404: "Not Found", 409: "Conflict", 422: "Unprocessable Entity", 429: "Too Many Requests", 500: "Internal Server Error",
	502: "Bad Gateway", 503: "Service Unavailable", 504: "Gateway Timeout",
}

func (h *harness) wantProblem(t *testing.T, c call, want problem) {
	t.Helper()
	body := h.want(t, want.status, c)
	document := map[string]any{
		"type": "urn:bothost:problem:" + want.code, "title": titles[want.status], "status": float64(want.status), "detail": want.detail,
		"error": map[string]any{"message": want.detail, "type": want.kind, "code": want.code, "param": nil},
	}
	if diff := cmp.Diff(document, body); diff != "" {
		t.Errorf("the document differs:\n%s", diff)
	}
	header := h.do(t, c).Header()
	if got := header.Get("Retry-After"); got != want.retryAfter {
		t.Errorf("Retry-After: %q, want %q", got, want.retryAfter)
	}
	if got := header.Get("Content-Type"); got != "application/problem+json" {
		t.Errorf("Content-Type: %s", got)
	}
	if got := header.Get("Cache-Control"); got != "no-store" {
		t.Errorf("Cache-Control: %s", got)
	}
}

func TestNotReady(t *testing.T) {
	t.Parallel()
	h := newHarness(t, noAuth)
	h.want(t, 200, get("/readyz"))
	h.ready = fault.New(fault.Unavailable, "the registry's store is down")
	h.want(t, 503, get("/readyz"))
	h.want(t, 200, get("/livez"))
}
