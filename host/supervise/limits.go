package supervise

import (
	"strconv"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"github.com/bothost/bothost/sdk/fault"
	"github.com/bothost/bothost/sdk/plugin/handshake"
	"github.com/bothost/bothost/sdk/schema"
)

// Limits bound what a process of a plugin may ask of the host. They hold from its
// start to its end. What is 0 stands for its default.
type Limits struct {
	// Calls is how many calls may be made to it at once, in all instances
	// together. Default 4096.
	Calls int
	// Message bounds a message in either direction, in bytes. Default, and at
	// most, handshake.MaxMessageSize.
	Message int
	// Memory is what Go's runtime tries to keep the process within, in bytes: its
	// GOMEMLIMIT. Programs that are not written in Go do not heed it. Default none.
	Memory int64
	// LogLines is how many of the lines that it prints are logged in a second;
	// they may come all at once. Default 200.
	LogLines int
}

func (l Limits) withDefaults() Limits {
	if l.Calls <= 0 {
		l.Calls = 4096
	}
	if l.Message <= 0 || l.Message > handshake.MaxMessageSize {
		l.Message = handshake.MaxMessageSize
	}
	if l.LogLines <= 0 {
		l.LogLines = 200
	}
	return l
}

// environment is what the process is told of its limits.
func (l Limits) environment() []string {
	if l.Memory <= 0 {
		return nil
	}
	return []string{"GOMEMLIMIT=" + strconv.FormatInt(l.Memory, 10)}
}

// MessageTooLarge is the reason of a call whose request or answer was larger than
// the plugin's limit. Other calls are not touched by it.
const MessageTooLarge = "message_too_large"

// explain names the limit that a message has gone beyond. Such an error is gRPC's
// own: a plugin's has a detail.
func (l Limits) explain(plugin string, err error) error {
	failure := status.Convert(err)
	if failure.Code() != codes.ResourceExhausted || len(failure.Details()) > 0 {
		return err
	}
	return fault.New(fault.Internal, "%s: a message is larger than its limit of %s: %s",
		plugin, schema.Size(l.Message), failure.Message()).WithReason(MessageTooLarge)
}
