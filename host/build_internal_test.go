package host

import (
	"context"
	"errors"
	"testing"

	"github.com/bothost/bothost/sdk/fault"
)

// TestUnusable checks that what a plugin says while it is opened for a caller is
// not taken for what the caller has asked for.
func TestUnusable(t *testing.T) {
	t.Parallel()
	gone, leave := context.WithCancel(t.Context())
	leave()
	for name, test := range map[string]struct {
		ctx  context.Context
		err  error
		code fault.Code
	}{
		"it refuses its configuration": {ctx: t.Context(), err: fault.New(fault.Invalid, "x"), code: fault.Unavailable},
		"it does not find a file":      {ctx: t.Context(), err: fault.New(fault.NotFound, "x"), code: fault.Unavailable},
		"another has its lock":         {ctx: t.Context(), err: fault.New(fault.Conflict, "x"), code: fault.Unavailable},
		"it panics":                    {ctx: t.Context(), err: errors.New("x"), code: fault.Unavailable},
		"the host gives it up":         {ctx: t.Context(), err: context.Canceled, code: fault.Unavailable},
		"the caller gives it up":       {ctx: gone, err: context.Canceled, code: fault.Canceled},
		"it takes too long":            {ctx: t.Context(), err: context.DeadlineExceeded, code: fault.Timeout},
		"its server asks to wait":      {ctx: t.Context(), err: fault.New(fault.RateLimited, "x"), code: fault.RateLimited},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := unusable(test.ctx, test.err)
			if fault.As(got).Code != test.code || !errors.Is(got, test.err) {
				t.Errorf("%v became %v %v", test.err, fault.As(got).Code, got)
			}
		})
	}
	if err := unusable(t.Context(), nil); err != nil {
		t.Errorf("nothing became %v", err)
	}
}
