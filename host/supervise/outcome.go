package supervise

import (
	"errors"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"github.com/bothost/bothost/sdk/client"
	"github.com/bothost/bothost/sdk/llm/silence"
)

// cause is what a failure is remembered by.
func (c *call) cause(err error) error {
	if silence.HasEnded(c.ctx) {
		return errors.New("it said nothing for too long")
	}
	return client.Error(err)
}

// outcome is what a call says about its configuration.
type outcome int

const (
	// unknown: the caller has left, or the process has ended.
	unknown outcome = iota
	// worked: there was an answer, even if it was a refusal.
	worked
	// failed: what it needs could not be reached, or did not answer in time.
	failed
)

func (c *call) outcome(err error) outcome {
	if err != nil && silence.HasEnded(c.ctx) {
		return failed
	}
	outcome := outcomeOf(err)
	if outcome == unknown && c.heard.Load() {
		return worked
	}
	return outcome
}

// outcomeOf tells by an error alone. Unavailable without a detail is gRPC's own
// and means that the process has ended.
func outcomeOf(err error) outcome {
	switch failure := status.Convert(err); failure.Code() {
	case codes.Canceled:
		return unknown
	case codes.DeadlineExceeded:
		return failed
	case codes.Unavailable:
		if len(failure.Details()) == 0 {
			return unknown
		}
		return failed
	}
	return worked
}
