// Package fault holds the errors that cross the boundary between the host and
// its plugins. Whatever else a plugin returns arrives as Internal: a fault says
// what kind of failure it is, whose it is, and what a person can do about it,
// and says it the same way on both sides.
package fault

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"
)

// Code is the kind of a failure. The comment of each names the gRPC status
// code that carries it.
type Code int

const (
	// Internal is a defect, or anything not otherwise classified (INTERNAL).
	Internal Code = iota
	// Invalid is a request or a configuration that can never work
	// (INVALID_ARGUMENT).
	Invalid
	// NotFound names something that does not exist (NOT_FOUND).
	NotFound
	// Conflict is a request that lost against another one; Reason says how
	// (ABORTED).
	Conflict
	// RateLimited asks the caller to come later; see RetryAfter
	// (RESOURCE_EXHAUSTED).
	RateLimited
	// Unavailable means that what is needed cannot be reached now
	// (UNAVAILABLE).
	Unavailable
	// Timeout means that it took too long (DEADLINE_EXCEEDED).
	Timeout
	// Canceled means that the caller gave up (CANCELED).
	Canceled
	// Unsupported is a call that this plugin does not offer (UNIMPLEMENTED).
	Unsupported
)

var codeNames = [...]string{
	"internal", "invalid", "not found", "conflict", "rate limited",
	"unavailable", "timeout", "canceled", "unsupported",
}

func (c Code) String() string {
	if c < 0 || int(c) >= len(codeNames) {
		return fmt.Sprintf("code %d", int(c))
	}
	return codeNames[c]
}

// Reasons that the host and the stores decide by.
const (
	// TurnSuperseded refuses a commit whose token is not pending any more.
	TurnSuperseded = "turn_superseded"
	// IdempotencyMismatch refuses a known key with a different request.
	IdempotencyMismatch = "idempotency_mismatch"
	// RevisionMismatch refuses a conditional change of a tenant.
	RevisionMismatch = "revision_mismatch"
	// TenantDeleted refuses to register a name that a tombstone holds.
	TenantDeleted = "tenant_deleted"
	// ModelNotFound means that the model's server does not have the model.
	ModelNotFound = "model_not_found"
)

// Field is one wrong key of a configuration.
type Field struct {
	// Key is the path from the section's root, dots between.
	Key     string
	Message string
}

// Error is a failure that both sides of the boundary understand. The zero
// value of every field but Message is meaningful.
type Error struct {
	Code    Code
	Message string
	// Reason is a stable word for programs.
	Reason string
	// Remedy tells a person what to do.
	Remedy string
	// Upstream marks the failure of a server that the plugin depends on, as
	// opposed to the plugin's own.
	Upstream bool
	// RetryAfter is how long to wait before another try; 0: unknown.
	RetryAfter time.Duration
	// Fields lists what is wrong with a configuration.
	Fields []Field

	cause error
}

// New makes an error. The format may wrap a cause with %w.
func New(code Code, format string, args ...any) *Error {
	err := fmt.Errorf(format, args...)
	return &Error{Code: code, Message: err.Error(), cause: errors.Unwrap(err)}
}

// Error gives the message, and the remedy if there is one.
func (e *Error) Error() string { return e.Message + e.remedy() }

// remedy is the remedy as it stands behind the message.
func (e *Error) remedy() string {
	if e.Remedy == "" {
		return ""
	}
	return " (" + e.Remedy + ")"
}

// Unwrap gives the cause that the message wrapped, if any.
func (e *Error) Unwrap() error { return e.cause }

// WithReason sets Reason and returns e.
func (e *Error) WithReason(reason string) *Error {
	e.Reason = reason
	return e
}

// WithField adds what is wrong with one key to Fields and returns e.
func (e *Error) WithField(key, message string) *Error {
	e.Fields = append(e.Fields, Field{Key: key, Message: message})
	return e
}

// WithRemedy sets Remedy and returns e.
func (e *Error) WithRemedy(format string, args ...any) *Error {
	e.Remedy = fmt.Sprintf(format, args...)
	return e
}

// FromUpstream sets Upstream and returns e.
func (e *Error) FromUpstream() *Error {
	e.Upstream = true
	return e
}

// WithRetryAfter sets RetryAfter and returns e.
func (e *Error) WithRetryAfter(wait time.Duration) *Error {
	e.RetryAfter = wait
	return e
}

// As finds the fault in err's chain. An error without one becomes a new fault:
// Canceled or Timeout for the context's errors, Internal for anything else.
// As(nil) is nil.
func As(err error) *Error {
	if err == nil {
		return nil
	}
	if e, ok := errors.AsType[*Error](err); ok {
		if e.Message == err.Error() || e.Error() == err.Error() {
			return e
		}
		wrapped := *e
		wrapped.Message, wrapped.cause = strings.TrimSuffix(err.Error(), e.remedy()), err
		return &wrapped
	}
	code := Internal
	switch {
	case errors.Is(err, context.Canceled):
		code = Canceled
	case errors.Is(err, context.DeadlineExceeded):
		code = Timeout
	}
	return &Error{Code: code, Message: err.Error(), cause: err}
}

// Is reports whether err is a fault of that code.
func Is(err error, code Code) bool { return err != nil && As(err).Code == code }

// HasReason reports whether err is a fault with that reason.
func HasReason(err error, reason string) bool { return err != nil && As(err).Reason == reason }
