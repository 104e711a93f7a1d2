package httpapi_test

import (
	"context"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/bothost/bothost/host/bot"
	"github.com/bothost/bothost/sdk/fault"
)

// TestCancelledByTheHost checks that a caller whose turn the host has cancelled,
// because it ends, is told so: the caller has not left.
func TestCancelledByTheHost(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		body   string
		status int
	}{
		"plain":    {body: `{"message":"Hi"}`, status: 503},
		"streamed": {body: `{"message":"Hi","stream":true}`, status: 200},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := newHarness(t, noAuth)
			ctx, cancel := context.WithCancelCause(t.Context())
			h.llm.chat = func(ctx context.Context, _ func(string) error) error {
				cancel(fault.New(fault.Unavailable, "the host is shutting down").WithReason(bot.ShuttingDown))
				<-ctx.Done()
				return ctx.Err()
			}
			answer := httptest.NewRecorder()
			h.handler.ServeHTTP(answer, post("/v1/chat", test.body).request().WithContext(ctx))
			if answer.Code != test.status || !strings.Contains(answer.Body.String(), `"code":"`+bot.ShuttingDown+`"`) {
				t.Errorf("%d %s", answer.Code, answer.Body)
			}
		})
	}
}
