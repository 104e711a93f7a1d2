package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"

	"github.com/spf13/cobra"

	"github.com/bothost/bothost/host/apiclient"
	"github.com/bothost/bothost/sdk/fault"
)

// usageError is a mistake in how the command was called.
type usageError struct{ error }

func (e usageError) Unwrap() error { return e.error }

func usagef(format string, args ...any) error { return usageError{fmt.Errorf(format, args...)} }

// errReported is the error of a command that has told of its failure already.
var errReported = errors.New("reported already")

// hinted is an error with what to do next.
type hinted struct {
	error
	hint string
}

func (h hinted) Unwrap() error { return h.error }

// withHint adds what to do next.
func withHint(err error, format string, args ...any) error {
	return hinted{err, fmt.Sprintf(format, args...)}
}

// report tells people of an error, and gives the exit status.
func (a *app) report(command *cobra.Command, err error) int {
	if errors.Is(err, errReported) {
		return exitFailed
	}
	fmt.Fprintf(a.stderr, "bothost: %v\n", err)
	if _, ok := errors.AsType[usageError](err); ok {
		fmt.Fprintf(a.stderr, "Try: %s --help\n", command.CommandPath())
		return exitUsage
	}
	if hint := hintOf(err); hint != "" {
		fmt.Fprintf(a.stderr, "Try: %s\n", hint)
	}
	return exitFailed
}

// hintOf says what to do about an error, if that is known.
func hintOf(err error) string {
	if h, ok := errors.AsType[hinted](err); ok {
		return h.hint
	}
	if refused, ok := errors.AsType[*apiclient.Error](err); ok {
		return hintOfRefusal(refused)
	}
	if fault.HasReason(err, fault.ModelNotFound) {
		return "bothost doctor"
	}
	return ""
}

// hintOfRefusal goes by what the host answered.
func hintOfRefusal(refused *apiclient.Error) string {
	switch {
	case refused.Status == http.StatusUnauthorized:
		return "give a key with --key or BOTHOST_KEY; a tenant's comes from: bothost tenant key create TENANT"
	case refused.Code == "not_operator":
		return "give the admin key with --key or BOTHOST_KEY; it is in the configuration, or in the file that serve names"
	case refused.Code == fault.RevisionMismatch:
		return "bothost tenant get TENANT, and put again with --if-match and the revision that it shows"
	case refused.Code == fault.TenantDeleted:
		return "add --restore to bring the tenant back, or free the name with: bothost tenant delete TENANT --purge"
	case refused.Status == http.StatusServiceUnavailable, refused.Status == http.StatusBadGateway:
		return "bothost doctor, with the host's configuration, and the log of the host"
	}
	return ""
}

// unreachable says what to do when no host answers.
func unreachable(address string, err error) error {
	failed, ok := errors.AsType[*url.Error](err)
	if !ok || errors.Is(err, context.Canceled) {
		return err
	}
	return withHint(fmt.Errorf("no host answers at %s: %w", address, failed.Err),
		"start one with: bothost serve; or name one with --url or BOTHOST_URL")
}
