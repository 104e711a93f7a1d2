package bot_test

import (
	"context"
	"testing"
	"testing/synctest"

	"github.com/bothost/bothost/host/bot"
	"github.com/bothost/bothost/sdk/llm"
)

// TestModelIsAskedAgain checks what becomes of a reply whose process ends in the
// middle: who reads it as a whole has seen nothing of it, and gets another.
func TestModelIsAskedAgain(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		observer bot.Observer
		reply    string
		asked    int
	}{
		"nobody listens":   {nil, "Hello Ann", 2},
		"somebody listens": {&transcript{}, "", 1},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				p := newParts(t)
				asked := 0
				p.llm.chat = func(ctx context.Context, request llm.Request[options], emit func(string) error) (llm.Result, error) {
					if asked++; asked > 1 {
						return saying("Hello", " Ann")(ctx, request, emit)
					}
					_ = emit("Once upon")
					return llm.Result{}, errUnavailable
				}
				reply, err := p.turn(t.Context(), "Hi", test.observer)
				if reply.Text != test.reply || (err == nil) != (test.reply != "") || asked != test.asked {
					t.Errorf("the reply is %q, %v; the model was asked %d times", reply.Text, err, asked)
				}
			})
		})
	}
}
