package echo

import (
	"time"

	"github.com/bothost/bothost/sdk/fault"
)

// Failure is a way in which a call can be told to fail.
type Failure string

// The ways to fail. None is the default.
const (
	None        Failure = ""
	Error       Failure = "error"        // a defect of the plugin: fault.Internal
	Upstream    Failure = "upstream"     // the model's server is broken: fault.Unavailable, from upstream
	Unavailable Failure = "unavailable"  // the plugin cannot work now: fault.Unavailable
	RateLimited Failure = "rate_limited" // come back in two seconds: fault.RateLimited, from upstream
	MidStream   Failure = "mid_stream"   // as Upstream, after half of the pieces
	Panic       Failure = "panic"        // the plugin panics
)

// retryAfter is what RateLimited asks the caller to wait.
const retryAfter = 2 * time.Second

// beforeReply is how f ends a call before its first piece; nil if it does not.
func (f Failure) beforeReply() error {
	switch f {
	case None, MidStream:
		return nil
	case Error:
		return fault.New(fault.Internal, "llm-echo: told to fail")
	case Upstream:
		return fault.New(fault.Unavailable, "llm-echo: told to fail as if the model's server did").FromUpstream()
	case Unavailable:
		return fault.New(fault.Unavailable, "llm-echo: told to be unavailable")
	case RateLimited:
		return fault.New(fault.RateLimited, "llm-echo: told to ask for patience").
			FromUpstream().WithRetryAfter(retryAfter)
	case Panic:
		panic("llm-echo: told to panic")
	default:
		return fault.New(fault.Invalid, "llm-echo: no way to fail is named %q", string(f)).WithField("fail", "unknown way to fail")
	}
}

// midStream is the error that cuts a reply short.
func midStream() error {
	return fault.New(fault.Unavailable, "llm-echo: told to fail in the middle of the reply").FromUpstream()
}
