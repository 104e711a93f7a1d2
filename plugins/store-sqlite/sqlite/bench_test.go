package sqlite_test

import (
	"fmt"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/bothost/bothost/plugins/store-sqlite/sqlite"
	"github.com/bothost/bothost/sdk"
)

// BenchmarkTurn measures durable turns, begin and commit, of conversations that
// speak at once: what one costs, and what of that is CPU.
func BenchmarkTurn(b *testing.B) {
	for _, callers := range []int{1, 16} {
		b.Run(fmt.Sprint("callers=", callers), func(b *testing.B) {
			s, err := sqlite.Open(b.Context(), sqlite.Config{}, sdk.Settings{DataDir: b.TempDir()})
			if err != nil {
				b.Fatal(err)
			}
			defer func() { _ = s.Close() }()
			if err := s.Heartbeat(b.Context(), "holder", time.Hour); err != nil {
				b.Fatal(err)
			}
			speak(b, s, callers, 20*callers)
			before := cpu(b)
			b.ResetTimer()
			speak(b, s, callers, b.N)
			b.StopTimer()
			b.ReportMetric(float64((cpu(b)-before).Microseconds())/float64(b.N), "cpu-us/turn")
		})
	}
}

// speak makes turns in a number of conversations at once.
func speak(b *testing.B, s *sqlite.Store, callers, turns int) {
	b.Helper()
	var all sync.WaitGroup
	for caller := range callers {
		all.Go(func() {
			for range (turns + caller) / callers {
				request := begin("holder")
				request.Conversation = fmt.Sprint("conversation-", caller)
				request.Window.MaxMessages = 10
				if _, err := s.BeginTurn(b.Context(), request); err != nil {
					b.Error(err)
					return
				}
				if _, err := s.CommitTurn(b.Context(), reply(request, replyText)); err != nil {
					b.Error(err)
					return
				}
			}
		})
	}
	all.Wait()
}

const replyText = "This is what a model would say, if it had been asked, and it is of a usual length for one."

// cpu is the time that the process has spent in user and kernel mode.
func cpu(b *testing.B) time.Duration {
	b.Helper()
	var used syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &used); err != nil {
		b.Fatal(err)
	}
	return time.Duration(used.Utime.Nano() + used.Stime.Nano())
}
