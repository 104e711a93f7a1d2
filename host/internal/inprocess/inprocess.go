// Package inprocess serves plugins to the host's tests from the test's own
// process: made with the SDK, reached over a connection in memory. A turn makes
// the calls that it makes in a host, and may do so on synctest's clock.
package inprocess

import (
	"context"
	"io"
	"net"
	"sync"
	"sync/atomic"
	"testing"

	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/test/bufconn"

	"github.com/bothost/bothost/host/bot"
	"github.com/bothost/bothost/sdk"
	"github.com/bothost/bothost/sdk/client"
	"github.com/bothost/bothost/sdk/memory"
	pluginv1 "github.com/bothost/bothost/sdk/plugin/v1"
)

// Config is the configuration of a plugin that needs none.
type Config struct{}

// Open makes an OpenFunc that gives what is there already.
func Open[P any](instance P) sdk.OpenFunc[Config, P] {
	return func(context.Context, Config, sdk.Settings) (P, error) { return instance, nil }
}

// Serve runs a plugin until the test ends, with one open instance. It takes the
// results of sdk.NewLLM and the like. The test fails if a generation of the
// plugin is still pinned when it ends.
func Serve(t testing.TB) func(*sdk.Plugin, error) bot.Plugin {
	return func(plugin *sdk.Plugin, err error) bot.Plugin {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		plugin = plugin.WithLog(io.Discard)
		conn := connect(t, plugin)
		request := &pluginv1.OpenRequest{Instance: instance, Config: []byte(`{}`)}
		opened, err := pluginv1.NewPluginServiceClient(conn).Open(t.Context(), request)
		if err != nil {
			t.Fatalf("open %s: %v", plugin.Name(), err)
		}
		s := &session{conn: conn, window: client.Window(opened)}
		t.Cleanup(func() {
			if pinned := s.pinned.Load(); pinned != 0 {
				t.Errorf("%s is pinned %d times", plugin.Name(), pinned)
			}
		})
		return bot.Plugin{Name: plugin.Name(), Acquire: s.acquire}
	}
}

// connect serves a plugin over a connection in memory.
func connect(t testing.TB, plugin *sdk.Plugin) *grpc.ClientConn {
	t.Helper()
	listener := bufconn.Listen(1 << 16)
	server := grpc.NewServer(plugin.ServerOptions()...)
	plugin.Register(server)
	var running sync.WaitGroup
	running.Go(func() { _ = server.Serve(listener) })
	dial := func(ctx context.Context, _ string) (net.Conn, error) { return listener.DialContext(ctx) }
	conn, err := grpc.NewClient("passthrough:///"+plugin.Name(),
		grpc.WithContextDialer(dial), grpc.WithTransportCredentials(insecure.NewCredentials()))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = conn.Close()
		server.Stop()
		running.Wait()
	})
	return conn
}

const instance = "i1"

// session is the one generation that there is.
type session struct {
	conn   *grpc.ClientConn
	window memory.Window
	pinned atomic.Int64
}

func (s *session) acquire(context.Context) (bot.Session, error) {
	s.pinned.Add(1)
	return s, nil
}

func (s *session) Conn() grpc.ClientConnInterface { return s.conn }
func (s *session) Instance() string               { return instance }
func (s *session) Window() memory.Window          { return s.window }
func (s *session) Release()                       { s.pinned.Add(-1) }
