// Package client is the host's side of the contract: it gives an open instance
// of a plugin, reached over a gRPC connection, as the interfaces that its author
// implemented. Plugin authors do not need it; hosts and tests of the wire do.
//
// Every error is a *fault.Error. The adapters are values without state of their
// own, safe for concurrent use, and neither own nor close the connection.
package client

import (
	"context"

	"google.golang.org/grpc"

	"github.com/bothost/bothost/sdk/fault"
	"github.com/bothost/bothost/sdk/internal/wire"
	pluginv1 "github.com/bothost/bothost/sdk/plugin/v1"
)

// Instance names an open instance and the way to it.
type Instance struct {
	Conn grpc.ClientConnInterface
	// ID is what the instance was opened under.
	ID string
}

// Check asks the plugin whether the instance can do its work now, with the
// per-call half of a configuration (a JSON object, or nil).
func (i Instance) Check(ctx context.Context, options []byte) (summary string, err error) {
	request := &pluginv1.CheckRequest{Instance: i.ID, Options: options}
	response, err := pluginv1.NewPluginServiceClient(i.Conn).Check(ctx, request)
	if err != nil {
		return "", Error(err)
	}
	return response.GetSummary(), nil
}

// Error turns the error of any call over the contract into a fault; nil stays
// nil.
func Error(err error) error { return wire.FromStatus(err) }

// broken reports an answer that does not fit the contract.
func broken(call string, err error) error {
	return fault.New(fault.Internal, "%s: %w", call, err)
}
