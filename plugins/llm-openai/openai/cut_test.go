package openai_test

import (
	"net/http"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/bothost/bothost/plugins/llm-openai/openai"
	"github.com/bothost/bothost/sdk/fault"
)

// TestACutReplyIsNeverShort cuts a reply at every byte, in order and by breaking the
// connection: before the reason has come it is an error, and afterwards whole.
func TestACutReplyIsNeverShort(t *testing.T) {
	t.Parallel()
	const text, reason = "Good day", `data: {"choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}`
	body := `data: {"choices":[{"index":0,"delta":{"content":"Good "},"finish_reason":null}]}` + "\n\n" +
		`data: {"choices":[{"index":0,"delta":{"content":"day"},"finish_reason":null}]}` + "\n\n" +
		reason + "\n\n" + `data: {"choices":[],"usage":{"prompt_tokens":1,"completion_tokens":2}}` + "\n\ndata: [DONE]\n\n"
	complete := strings.Index(body, reason) + len(reason)
	for name, breaks := range map[string]bool{"in order": false, "by breaking the connection": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var length atomic.Int64
			provider := start(t, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
				w.Header().Set("Content-Type", "text/event-stream")
				_, _ = w.Write([]byte(body[:length.Load()]))
				_ = http.NewResponseController(w).Flush()
				if breaks {
					panic(http.ErrAbortHandler)
				}
			}), openai.Config{})
			for n := range len(body) + 1 {
				length.Store(int64(n))
				var told collect
				_, err := provider.Chat(t.Context(), hello(), told.emit)
				if n < complete && (!fault.Is(err, fault.Unavailable) || !fault.As(err).Upstream) {
					t.Errorf("after %d bytes: %q and %v, want unavailable from upstream", n, told.reply(), err)
				}
				if n >= complete && (err != nil || told.reply() != text) {
					t.Errorf("after %d bytes: %q and %v, want the reply", n, told.reply(), err)
				}
				if !strings.HasPrefix(text, told.reply()) {
					t.Errorf("after %d bytes: %q", n, told.reply())
				}
			}
		})
	}
}
