package sdk

import (
	"context"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"

	"github.com/hashicorp/go-hclog"
	"google.golang.org/grpc"

	"github.com/bothost/bothost/sdk/fault"
	"github.com/bothost/bothost/sdk/plugin/handshake"
	pluginv1 "github.com/bothost/bothost/sdk/plugin/v1"
	"github.com/bothost/bothost/sdk/schema"
)

// Plugin is a plugin that is ready to be served. ServeLLM, ServeMemory and
// ServeStore make one and serve it in a process of its own; the conformance
// suites serve one in the process of the test.
type Plugin struct {
	describe *pluginv1.DescribeResponse
	logger   hclog.Logger
	lifeline lifeline
	register func(grpc.ServiceRegistrar)
	// opened is the erased half of the instances table.
	opened instanceTable
}

// instanceTable is what the common service needs of instances of any type.
type instanceTable interface {
	open(ctx context.Context, call openCall) (*pluginv1.OpenResponse, error)
	close(id string)
	check(ctx context.Context, id string, options []byte) (summary string, err error)
	closeAll()
}

// newPlugin checks the name and gathers what all kinds have in common.
func newPlugin(kind pluginv1.Kind, name, version string, config *schema.Schema) (*Plugin, error) {
	prefix := strings.ToLower(strings.TrimPrefix(kind.String(), "KIND_")) + "-"
	if !strings.HasPrefix(name, prefix) || len(name) == len(prefix) {
		return nil, fmt.Errorf("sdk: plugin name %q does not have the form %sNAME", name, prefix)
	}
	return &Plugin{
		describe: &pluginv1.DescribeResponse{
			Kind: kind, Name: name, Version: version,
			ContractMinor: handshake.ContractMinor, ConfigSchema: config.Raw(),
		},
		logger:   newLogger(name, os.Stderr),
		lifeline: loose{},
	}, nil
}

// Name is the plugin's full name.
func (p *Plugin) Name() string { return p.describe.GetName() }

// WithLog sends the plugin's log to w, as JSON lines, instead of standard
// error. Call it before Register.
func (p *Plugin) WithLog(w io.Writer) *Plugin {
	p.logger = newLogger(p.Name(), w)
	return p
}

// Server is what services are registered with, and knows them: a *grpc.Server, or
// what calls them without one.
type Server interface {
	grpc.ServiceRegistrar
	GetServiceInfo() map[string]grpc.ServiceInfo
}

// Register adds the plugin's services to a server; one of gRPC must have been made
// with ServerOptions. Which services these are becomes part of the description.
func (p *Plugin) Register(server Server) {
	pluginv1.RegisterPluginServiceServer(server, &pluginServer{plugin: p})
	p.register(server)
	p.describe.Services = p.describe.Services[:0]
	for service := range server.GetServiceInfo() {
		// The server may carry others' too, such as go-plugin's own.
		if strings.HasPrefix(service, contractPackage) {
			p.describe.Services = append(p.describe.Services, service)
		}
	}
	slices.Sort(p.describe.Services)
}

// Close closes all instances, each after its last call. No call may follow.
func (p *Plugin) Close() { p.opened.closeAll() }

// newLogger writes what the host can read back: JSON lines with their level.
func newLogger(name string, w io.Writer) hclog.Logger {
	return hclog.New(&hclog.LoggerOptions{Name: name, Level: logLevel(hclog.Info), Output: w, JSONFormat: true})
}

// logLevel is the level that the environment names.
func logLevel(otherwise hclog.Level) hclog.Level {
	if level := hclog.LevelFromString(os.Getenv(handshake.LogLevelVariable)); level != hclog.NoLevel {
		return level
	}
	return otherwise
}

const contractPackage = "bothost.plugin."

func notOpen(id string) error {
	return fault.New(fault.Unavailable, "instance %q is not open in this process", id).WithReason(handshake.NotOpen)
}
