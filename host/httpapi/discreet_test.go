package httpapi_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/bothost/bothost/sdk/fault"
)

// TestOperatorsBusiness checks that where the servers are is told to the
// operator, and to nobody else.
func TestOperatorsBusiness(t *testing.T) {
	t.Parallel()
	const address = "10.1.2.3:5432"
	down := fault.New(fault.Unavailable, "nothing answers at %s", address)
	busy := fault.New(fault.RateLimited, "the model at %s is busy", address).FromUpstream().WithRetryAfter(2 * time.Second)
	const nobody, tenant, operator = "", "tenant", "operator"
	for name, test := range map[string]struct {
		arrange func(*harness)
		call    call
		status  int
		// told says to whom the address is told.
		told map[string]bool
	}{
		"a store is down": {
			arrange: func(h *harness) { h.store.fails = down },
			call:    get("/v1/conversations/c1"), status: 503,
			told: map[string]bool{tenant: false, operator: true},
		},
		"a model's server is down": {
			arrange: func(h *harness) {
				h.llm.chat = func(context.Context, func(string) error) error {
					return fault.New(fault.Internal, "broken: %s", address).FromUpstream()
				}
			},
			call: post("/v1/chat", `{"message":"Hi"}`), status: 502,
			told: map[string]bool{tenant: false, operator: true},
		},
		"a model's server is busy": {
			arrange: func(h *harness) { h.llm.chat = func(context.Context, func(string) error) error { return busy } },
			call:    post("/v1/chat", `{"message":"Hi"}`), status: 429,
			told: map[string]bool{tenant: false, operator: true},
		},
		"keys cannot be looked up": {
			arrange: func(h *harness) { h.tenantsFail = down; h.registry.ClearCache() },
			call:    get("/v1/conversations").with("Authorization", "Bearer bh_"+strings.Repeat("0", 16)+"_"+strings.Repeat("0", 64)), status: 503,
			told: map[string]bool{nobody: false},
		},
		"the host is not ready": {
			arrange: func(h *harness) { h.ready = down },
			call:    get("/readyz"), status: 503,
			told: map[string]bool{nobody: false, tenant: false, operator: true},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := newHarness(t, keysAuth)
			keys := map[string]string{nobody: "", tenant: "Bearer " + h.mustCreateKey(t, "a"), operator: "Bearer " + adminKey}
			test.arrange(h)
			for caller, told := range test.told {
				c := test.call
				if _, given := c.header["Authorization"]; !given {
					c = c.with("Authorization", keys[caller])
				}
				answer := h.do(t, c)
				if answer.Code != test.status {
					t.Errorf("%q got %d %s, want %d", caller, answer.Code, answer.Body, test.status)
				}
				if strings.Contains(answer.Body.String(), address) != told {
					t.Errorf("%q is told %s", caller, answer.Body)
				}
				if test.status == 429 && answer.Header().Get("Retry-After") != "2" {
					t.Errorf("%q is told to come again after %q", caller, answer.Header().Get("Retry-After"))
				}
			}
		})
	}
}
