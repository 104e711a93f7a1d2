package plugintest

import (
	"context"
	"net"
	"testing"

	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/test/bufconn"

	"github.com/bothost/bothost/sdk"
	"github.com/bothost/bothost/sdk/llm"
	"github.com/bothost/bothost/sdk/memory"
	"github.com/bothost/bothost/sdk/plugin/handshake"
	"github.com/bothost/bothost/sdk/store"
)

// TestLLM runs the suite of LLM providers on an instance opened with section,
// the configuration as a user would write it, through the wire contract.
func TestLLM[C, O any, P llm.Provider[O]](t *testing.T, open sdk.OpenFunc[C, P], section map[string]any) {
	t.Helper()
	run(t, section)(sdk.NewLLM("llm-tested", "0", open))
}

// TestMemory does so for memory strategies.
func TestMemory[C any, P memory.Strategy](t *testing.T, open sdk.OpenFunc[C, P], section map[string]any) {
	t.Helper()
	run(t, section)(sdk.NewMemory("memory-tested", "0", open))
}

// TestStore does so for stores; the part about tenants only if P keeps them.
func TestStore[C any, P store.Conversations](t *testing.T, open sdk.OpenFunc[C, P], section map[string]any) {
	t.Helper()
	run(t, section)(sdk.NewStore("store-tested", "0", open))
}

// run serves a plugin in this process, opens an instance and runs each case of
// its suite as a subtest, all at once.
func run(t *testing.T, section map[string]any) func(*sdk.Plugin, error) {
	t.Helper()
	return func(plugin *sdk.Plugin, err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		subject := Subject{Conn: inProcess(t, plugin), Section: section, DataDir: t.TempDir()}
		instance, err := subject.open(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() {
			if err := instance.close(context.Background()); err != nil {
				t.Errorf("close: %v", err)
			}
		})
		cases, err := instance.cases()
		if err != nil {
			t.Fatal(err)
		}
		for _, c := range cases {
			t.Run(c.Name, func(t *testing.T) {
				t.Parallel()
				c.Run(t, struct{}{})
			})
		}
	}
}

// inProcess serves a plugin over a connection in memory until the test ends.
func inProcess(t *testing.T, plugin *sdk.Plugin) *grpc.ClientConn {
	t.Helper()
	listener := bufconn.Listen(1 << 20)
	server := grpc.NewServer(plugin.WithLog(t.Output()).ServerOptions()...)
	plugin.Register(server)
	served := make(chan error, 1)
	go func() { served <- server.Serve(listener) }()
	conn, err := grpc.NewClient("passthrough:///in-process",
		grpc.WithContextDialer(func(ctx context.Context, _ string) (net.Conn, error) { return listener.DialContext(ctx) }),
		grpc.WithTransportCredentials(insecure.NewCredentials()),
		grpc.WithDefaultCallOptions(
			grpc.MaxCallRecvMsgSize(handshake.MaxMessageSize), grpc.MaxCallSendMsgSize(handshake.MaxMessageSize)),
	)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = conn.Close()
		server.Stop()
		plugin.Close()
		if err := <-served; err != nil {
			t.Errorf("serve: %v", err)
		}
	})
	return conn
}
