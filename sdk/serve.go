package sdk

import (
	"context"
	"fmt"
	"log"
	"os"

	"github.com/hashicorp/go-hclog"
	"github.com/hashicorp/go-plugin"
	"google.golang.org/grpc"

	"github.com/bothost/bothost/sdk/plugin/handshake"
	"github.com/bothost/bothost/sdk/tuning"
)

// reserve lets a plugin's garbage grow by so much before it is collected.
const reserve = 8 << 20

// serve runs a plugin in this process and does not return before its end.
func serve(p *Plugin, err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	if socket, ok := debugSocket(p.Name(), os.Args[1:]); ok {
		if err := serveDebug(p, socket); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		return
	}
	config := handshake.Config()
	if os.Getenv(config.MagicCookieKey) != config.MagicCookieValue {
		fmt.Fprintf(os.Stderr, "%s %s is a plugin of bothost, which starts it itself.\n"+
			"Put it into the host's plugin directory, under the name %s.\n"+
			"To run it under a debugger: %s %s\n",
			p.Name(), p.describe.GetVersion(), p.Name(), p.Name(), handshake.DebugFlag)
		os.Exit(1)
	}
	defer tuning.NewReserve(reserve).Release()
	p.lifeline = tie(p.logger)
	// go-plugin takes standard output for its handshake and replaces both
	// standard streams afterwards: what the author's code logs goes where
	// our log goes.
	log.SetOutput(os.Stderr)
	log.SetFlags(0)
	plugin.Serve(&plugin.ServeConfig{
		HandshakeConfig: config,
		VersionedPlugins: map[int]plugin.PluginSet{
			handshake.ProtocolVersion: {handshake.PluginSet: registration{plugin: p}},
		},
		GRPCServer: func(options []grpc.ServerOption) *grpc.Server {
			return grpc.NewServer(append(options, p.ServerOptions()...)...)
		},
		Logger: hclog.NewNullLogger(),
	})
}

// registration is what go-plugin wants to know of a plugin.
type registration struct {
	plugin.NetRPCUnsupportedPlugin
	plugin *Plugin
}

var _ plugin.GRPCPlugin = registration{}

// GRPCServer implements plugin.GRPCPlugin.
func (r registration) GRPCServer(_ *plugin.GRPCBroker, server *grpc.Server) error {
	r.plugin.Register(server)
	return nil
}

// GRPCClient implements plugin.GRPCPlugin; this side has none.
func (registration) GRPCClient(context.Context, *plugin.GRPCBroker, *grpc.ClientConn) (any, error) {
	return nil, fmt.Errorf("sdk: a plugin has no client side")
}
