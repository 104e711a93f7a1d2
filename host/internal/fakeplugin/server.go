package fakeplugin

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"os/signal"
	"slices"
	"strings"
	"sync"
	"syscall"
	"time"

	"github.com/hashicorp/go-hclog"
	"github.com/hashicorp/go-plugin"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/keepalive"
	"google.golang.org/grpc/status"

	"github.com/bothost/bothost/sdk/plugin/handshake"
	pluginv1 "github.com/bothost/bothost/sdk/plugin/v1"
)

// Options tell a working plugin what to do in Open, Check and Chat, in this order;
// the configuration of an instance and the options of a call are such objects.
type Options struct {
	// Print goes to os.Stderr, as the author's code would write there.
	Print string `json:"print,omitempty"`
	// DelayMS makes the call take a while.
	DelayMS int `json:"delay_ms,omitempty"`
	// Fail makes it fail: the request is wrong.
	Fail string `json:"fail,omitempty"`
	// Unreachable makes it fail: the plugin's server cannot be reached.
	Unreachable string `json:"unreachable,omitempty"`
	// Exit ends the process.
	Exit bool `json:"exit,omitempty"`
	// Bytes is how much the model says after its first word. Silent leaves that word
	// out, Endless the end, until the caller leaves; BreaksOff ends with a failure.
	Bytes     int  `json:"bytes,omitempty"`
	Silent    bool `json:"silent,omitempty"`
	Endless   bool `json:"endless,omitempty"`
	BreaksOff bool `json:"breaks_off,omitempty"`
	// Note makes configurations differ.
	Note string `json:"note,omitempty"`
	// Farewell names a file that Close makes, after a while.
	Farewell string `json:"farewell,omitempty"`
}

// Summary is what a Check answers, as JSON.
type Summary struct {
	PID int `json:"pid"`
	// Opens counts the calls of Open; Open lists the ids that are open.
	Opens int      `json:"opens"`
	Open  []string `json:"open"`
	Env   []string `json:"env"`
}

type server struct {
	pluginv1.UnimplementedPluginServiceServer
	name string

	mutex sync.Mutex
	opens int
	open  map[string]Options
}

func serve(name string) {
	signal.Ignore(syscall.SIGTERM)
	if name != Stubborn {
		go func() {
			_, _ = io.Copy(io.Discard, os.Stdin)
			os.Exit(0)
		}()
	}
	if name == Parent {
		startChild()
	}
	plugin.Serve(&plugin.ServeConfig{
		HandshakeConfig: handshake.Config(),
		VersionedPlugins: map[int]plugin.PluginSet{
			version(name): {handshake.PluginSet: registration{server: &server{name: name, open: map[string]Options{}}}},
		},
		GRPCServer: func(options []grpc.ServerOption) *grpc.Server {
			return grpc.NewServer(append(options,
				grpc.MaxRecvMsgSize(handshake.MaxMessageSize), grpc.MaxSendMsgSize(handshake.MaxMessageSize),
				grpc.KeepaliveEnforcementPolicy(keepalive.EnforcementPolicy{
					MinTime: handshake.KeepaliveMinTime, PermitWithoutStream: true,
				}))...)
		},
		Logger: hclog.NewNullLogger(),
	})
	if name == Stubborn {
		time.Sleep(time.Hour)
	}
}

// version is that of the contract.
func version(name string) int {
	if name == Newer {
		return handshake.ProtocolVersion + 1
	}
	return handshake.ProtocolVersion
}

// startChild leaves a process of the same group behind that keeps the pipes.
func startChild() {
	child := exec.Command("/bin/sleep", "3600")
	child.Stdout, child.Stderr = os.Stdout, os.Stderr
	if err := child.Start(); err != nil {
		fmt.Fprintln(os.Stderr, "child:", err)
		return
	}
	fmt.Fprintln(os.Stderr, "child", child.Process.Pid)
}

type registration struct {
	plugin.NetRPCUnsupportedPlugin
	server *server
}

func (r registration) GRPCServer(_ *plugin.GRPCBroker, s *grpc.Server) error {
	pluginv1.RegisterPluginServiceServer(s, r.server)
	pluginv1.RegisterLLMServiceServer(s, model{})
	return nil
}

func (registration) GRPCClient(context.Context, *plugin.GRPCBroker, *grpc.ClientConn) (any, error) {
	return nil, errors.New("no client side")
}

func (s *server) Describe(context.Context, *pluginv1.DescribeRequest) (*pluginv1.DescribeResponse, error) {
	return describe(s.name), nil
}

func (s *server) Open(_ context.Context, r *pluginv1.OpenRequest) (*pluginv1.OpenResponse, error) {
	s.mutex.Lock()
	s.opens++
	s.mutex.Unlock()
	options, err := obey(r.GetConfig())
	if err != nil {
		return nil, err
	}
	s.mutex.Lock()
	defer s.mutex.Unlock()
	s.open[r.GetInstance()] = options
	return &pluginv1.OpenResponse{Window: &pluginv1.Window{MaxMessages: 7, MaxBytes: 77}}, nil
}

func (s *server) Close(_ context.Context, r *pluginv1.CloseRequest) (*pluginv1.CloseResponse, error) {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	if file := s.open[r.GetInstance()].Farewell; file != "" {
		time.Sleep(200 * time.Millisecond)
		if err := os.WriteFile(file, nil, 0o600); err != nil {
			return nil, err
		}
	}
	delete(s.open, r.GetInstance())
	return &pluginv1.CloseResponse{}, nil
}

func (s *server) Check(_ context.Context, r *pluginv1.CheckRequest) (*pluginv1.CheckResponse, error) {
	if _, err := obey(r.GetOptions()); err != nil {
		return nil, err
	}
	s.mutex.Lock()
	defer s.mutex.Unlock()
	if _, open := s.open[r.GetInstance()]; !open {
		return nil, status.Errorf(codes.Unavailable, "instance %q is not open", r.GetInstance())
	}
	summary := Summary{PID: os.Getpid(), Opens: s.opens, Env: os.Environ()}
	for id := range s.open {
		summary.Open = append(summary.Open, id)
	}
	slices.Sort(summary.Open)
	text, err := json.Marshal(summary)
	return &pluginv1.CheckResponse{Summary: string(text)}, err
}

func (s *server) Attach(_ *pluginv1.AttachRequest, stream grpc.ServerStreamingServer[pluginv1.AttachResponse]) error {
	if s.name != Detached {
		if err := stream.Send(&pluginv1.AttachResponse{}); err != nil {
			return err
		}
	}
	<-stream.Context().Done()
	if s.name != Stubborn {
		os.Exit(0)
	}
	return nil
}

func obey(raw []byte) (options Options, err error) {
	if len(raw) == 0 {
		return options, nil
	}
	if err := json.Unmarshal(raw, &options); err != nil {
		return options, status.Error(codes.InvalidArgument, err.Error())
	}
	if options.Print != "" {
		fmt.Fprintln(os.Stderr, options.Print)
	}
	time.Sleep(time.Duration(options.DelayMS) * time.Millisecond)
	if options.Exit {
		os.Exit(5)
	}
	if options.Fail != "" {
		return options, status.Error(codes.InvalidArgument, options.Fail)
	}
	if options.Unreachable != "" {
		return options, unreachable(options.Unreachable)
	}
	return options, nil
}

// describe fits the name, unless the name says that it does not.
func describe(name string) *pluginv1.DescribeResponse {
	kinds := map[string]pluginv1.Kind{"llm": pluginv1.Kind_KIND_LLM, "memory": pluginv1.Kind_KIND_MEMORY, "store": pluginv1.Kind_KIND_STORE}
	services := map[string]string{"llm": "LLMService", "memory": "MemoryService", "store": "ConversationStoreService"}
	kind, _, _ := strings.Cut(name, "-")
	description := &pluginv1.DescribeResponse{
		Kind: kinds[kind], Name: name, Version: "1.2.3", Volatile: kind == "store",
		Services:     []string{"bothost.plugin.v1.PluginService", "bothost.plugin.v1." + services[kind]},
		ConfigSchema: []byte(`{"type":"object","properties":{"note":{"type":"string"}}}`),
	}
	switch name {
	case Stranger:
		description.Name = "llm-somebody"
	case Changeling:
		description.Kind = pluginv1.Kind_KIND_STORE
	case Partial:
		description.Services = description.Services[:1]
	case BadSchema:
		description.ConfigSchema = []byte(`{"type":"string"`)
	}
	return description
}
