package supervise_test

import (
	"os"
	"testing"

	"github.com/bothost/bothost/host/internal/fakeplugin"
	"github.com/bothost/bothost/host/supervise"
)

// A turn acquires three instances; that must cost next to nothing.
func BenchmarkAcquire(b *testing.B) {
	sockets, err := os.MkdirTemp("", "s")
	if err != nil {
		b.Fatal(err)
	}
	defer os.RemoveAll(sockets)
	dir := b.TempDir()
	fakeplugin.Link(b, dir, "llm-works")
	s := supervise.New(supervise.Settings{
		Launcher: supervise.Launcher{SocketDir: sockets}, Catalog: &folder{dir: dir},
	})
	defer func() { _ = s.Shutdown(b.Context()) }()
	instance, err := s.Open(b.Context(), supervise.Spec{Plugin: "llm-works"})
	if err != nil {
		b.Fatal(err)
	}
	defer instance.Release()
	b.ReportAllocs()
	b.RunParallel(func(p *testing.PB) {
		for p.Next() {
			session, err := instance.Acquire(b.Context())
			if err != nil {
				b.Error(err)
				return
			}
			session.Release()
		}
	})
}
