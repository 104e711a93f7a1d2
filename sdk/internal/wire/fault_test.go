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
	"google.golang.org/protobuf/proto"

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
		want.Message = "wrapped: what happened"
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

// TestOddFaultsCrossTheWire checks that no error is lost for what is odd in it: a
// code that there is none of, and texts that are no UTF-8, as servers may send.
func TestOddFaultsCrossTheWire(t *testing.T) {
	t.Parallel()
	sent := fault.New(fault.Code(99), "caf\xe9").WithReason("\xff").WithRemedy("drink \xff").WithRetryAfter(time.Second)
	sent.Fields = []fault.Field{{Key: "\xff", Message: "\xff"}}
	arrived := status.Convert(wire.ToStatus(sent)).Proto()
	onWire, err := proto.Marshal(arrived)
	if err != nil {
		t.Fatalf("the status cannot be sent: %v", err)
	}
	if err := proto.Unmarshal(onWire, arrived); err != nil {
		t.Fatal(err)
	}
	got := fault.As(wire.FromStatus(status.FromProto(arrived).Err()))
	if got == nil || got.Code != fault.Internal || got.Message != "caf\ufffd" || got.Remedy != "drink \ufffd" || got.RetryAfter != time.Second {
		t.Errorf("got %+v", got)
	}
}
