package supervise

import (
	"fmt"
	"os"
	"testing"

	"google.golang.org/grpc"

	"github.com/bothost/bothost/host/internal/fakeplugin"
	pluginv1 "github.com/bothost/bothost/sdk/plugin/v1"
)

// oneFile is the catalog of a benchmark.
type oneFile struct{ path string }

func (f oneFile) Binary(plugin string) (Binary, error) {
	return Binary{Plugin: plugin, Path: f.path}, nil
}

func benchmarkSession(b *testing.B) *Session {
	b.Helper()
	sockets, err := os.MkdirTemp("", "s")
	if err != nil {
		b.Fatal(err)
	}
	path := fakeplugin.Link(b, b.TempDir(), "llm-works")
	s := New(Settings{Launcher: Launcher{SocketDir: sockets}, Catalog: oneFile{path}})
	b.Cleanup(func() {
		_ = s.Shutdown(b.Context())
		_ = os.RemoveAll(sockets)
	})
	instance, err := s.Open(b.Context(), Spec{Plugin: "llm-works"})
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(instance.Release)
	session, err := instance.AcquireFor(b.Context(), "configuration")
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(session.Release)
	return session
}

// What the limit and the breaker cost by themselves, while nothing fails and while
// something else does.
func BenchmarkGuard(b *testing.B) {
	session := benchmarkSession(b)
	for _, failing := range []int{0, 100} {
		for i := range failing {
			session.instance.unit.breakers.failed(fmt.Sprint("failing ", i), 0, os.ErrClosed)
		}
		b.Run(fmt.Sprintf("failing=%d", failing), func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				call, err := (*guarded)(session).begin(b.Context(), pluginv1.LLMService_Chat_FullMethodName)
				if err != nil {
					b.Fatal(err)
				}
				call.end(nil)
			}
		})
	}
}

// What a call costs with both, and without.
func BenchmarkCall(b *testing.B) {
	session := benchmarkSession(b)
	for _, way := range []struct {
		name string
		conn grpc.ClientConnInterface
	}{{"bare", session.opening.generation.process.conn()}, {"guarded", session.Conn()}} {
		b.Run(way.name, func(b *testing.B) {
			b.ReportAllocs()
			service := pluginv1.NewPluginServiceClient(way.conn)
			for b.Loop() {
				if _, err := service.Describe(b.Context(), &pluginv1.DescribeRequest{}); err != nil {
					b.Fatal(err)
				}
			}
		})
		b.Run(way.name+"-stream", func(b *testing.B) {
			b.ReportAllocs()
			service := pluginv1.NewLLMServiceClient(way.conn)
			for b.Loop() {
				stream, err := service.Chat(b.Context(), &pluginv1.ChatRequest{})
				for err == nil {
					_, err = stream.Recv()
				}
			}
		})
	}
}
