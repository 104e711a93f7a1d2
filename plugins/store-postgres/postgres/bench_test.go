package postgres_test

import (
	"fmt"
	"sync/atomic"
	"syscall"
	"testing"

	"github.com/bothost/bothost/plugins/store-postgres/postgres"
	"github.com/bothost/bothost/sdk"
	"github.com/bothost/bothost/sdk/store"
)

// BenchmarkTurn is a turn begun and committed, each in a conversation that
// grows, by 16 callers on two processors. It also tells the time of processors
// that this process takes for one, the database server's not included.
func BenchmarkTurn(b *testing.B) {
	d := server.Database(b)
	s, err := postgres.Open(b.Context(), configFor(d, d.Owner), sdk.Settings{})
	if err != nil {
		b.Fatal(err)
	}
	defer s.Close()
	beat(b, s)
	var workers atomic.Int64
	b.SetParallelism(8)
	b.ReportAllocs()
	b.ResetTimer()
	before := processorTime(b)
	b.RunParallel(func(pb *testing.PB) {
		scope := store.Scope{Tenant: "acme", Conversation: fmt.Sprint(workers.Add(1))}
		for pb.Next() {
			turn(b, s, scope, "hello")
		}
	})
	b.ReportMetric(float64(processorTime(b)-before)/float64(b.N)/1e3, "cpu-us/op")
}

// processorTime is what this process has used so far, in nanoseconds.
func processorTime(b *testing.B) int64 {
	b.Helper()
	var usage syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &usage); err != nil {
		b.Fatal(err)
	}
	return usage.Utime.Nano() + usage.Stime.Nano()
}
