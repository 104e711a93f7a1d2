package wire_test

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"github.com/bothost/bothost/sdk/fault"
	"github.com/bothost/bothost/sdk/internal/wire"
)

func TestFaultsCrossTheWire(t *testing.T) {
	t.Parallel()
	for code := fault.Internal; code <= fault.Unsupported; code++ {
		sent := fault.New(code, "what happened").WithReason("a_reason").WithRemedy("do %s", "this").
			WithRetryAfter(3 * time.Second).FromUpstream()
		sent.Fields = []fault.Field{{Key: "connection.host", Message: "is wrong"}}
		received := fault.As(wire.FromStatus(wire.ToStatus(fmt.Errorf("wrapped: %w", sent))))
		want := *sent
		want.Message = "wrapped: " + sent.Error()
		if diff := cmp.Diff(want, *received, cmpopts.IgnoreUnexported(fault.Error{})); diff != "" {
			t.Errorf("%v (-want +got):\n%s", code, diff)
		}
	}
}

func TestOtherErrorsCrossTheWire(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		sent    error
		code    fault.Code
		message string
	}{
		"a plain error":      {wire.ToStatus(errors.New("oops")), fault.Internal, "oops"},
		"several lines":      {wire.ToStatus(errors.New("one\n\ttwo\n\nthree")), fault.Internal, "one; two; three"},
		"gRPC's own limit":   {status.Error(codes.ResourceExhausted, "too large"), fault.Internal, "too large"},
		"a code of nobody's": {status.Error(codes.DataLoss, "lost"), fault.Internal, "lost"},
		"a broken process":   {status.Error(codes.Unavailable, "gone"), fault.Unavailable, "gone"},
	} {
		got := fault.As(wire.FromStatus(test.sent))
		if got.Code != test.code || got.Message != test.message || got.Upstream {
			t.Errorf("%s: got %v %q", name, got.Code, got.Message)
		}
	}
	if wire.ToStatus(nil) != nil || wire.FromStatus(nil) != nil {
		t.Error("no error became one")
	}
}
