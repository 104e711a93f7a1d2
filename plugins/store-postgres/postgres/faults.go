package postgres

import (
	"context"
	"errors"
	"time"

	"github.com/bothost/bothost/sdk/fault"
)

// retryAfter is how long a caller should wait for a server that is away.
const retryAfter = time.Second

// explain turns an error of a call into a fault that says what was attempted,
// what went wrong, and what a person can do about it. What is a fault already,
// passes.
func (a *access) explain(ctx context.Context, doing string, err error) error {
	if err == nil {
		return nil
	}
	if known, ok := errors.AsType[*fault.Error](err); ok {
		return known
	}
	switch {
	case errors.Is(ctx.Err(), context.DeadlineExceeded):
		return fault.New(fault.Timeout, "store-postgres: %s: %w", doing, err)
	case ctx.Err() != nil:
		return fault.New(fault.Canceled, "store-postgres: %s: %w", doing, err)
	}
	d := a.diagnose(err)
	failure := fault.New(d.code, "store-postgres: %s: %w", doing, err).WithRemedy("%s", d.remedy)
	if d.code == fault.Unavailable {
		failure = failure.FromUpstream().WithRetryAfter(retryAfter)
	}
	for _, key := range d.keys {
		failure.Fields = append(failure.Fields, fault.Field{Key: key, Message: d.remedy})
	}
	return failure
}

// refusal is explain for Open: what the configuration is to blame for can never
// work, as long as that stays as it is.
func (a *access) refusal(ctx context.Context, doing string, err error) error {
	explained := a.explain(ctx, doing, err)
	if failure, ok := errors.AsType[*fault.Error](explained); ok && len(failure.Fields) > 0 {
		failure.Code, failure.RetryAfter, failure.Upstream = fault.Invalid, 0, false
	}
	return explained
}

func superseded(doing string) error {
	return fault.New(fault.Conflict, "store-postgres: %s: the turn is not pending any more", doing).
		WithReason(fault.TurnSuperseded)
}

func notFound(doing string) error {
	return fault.New(fault.NotFound, "store-postgres: %s: there is none", doing)
}

// unexpected is an answer that no version of the schema gives.
func unexpected(doing, answer string) error {
	return fault.New(fault.Internal, "store-postgres: %s: the database answered %q", doing, answer)
}
