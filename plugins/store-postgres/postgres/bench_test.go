package postgres_test

import (
	"fmt"
	"sync/atomic"
	"testing"

	"github.com/bothost/bothost/plugins/store-postgres/postgres"
	"github.com/bothost/bothost/sdk"
	"github.com/bothost/bothost/sdk/store"
)

// BenchmarkTurn is a turn begun and committed, each in a conversation that
// grows.
func BenchmarkTurn(b *testing.B) {
	d := server.Database(b)
	s, err := postgres.Open(b.Context(), configFor(d, d.Owner), sdk.Settings{})
	if err != nil {
		b.Fatal(err)
	}
	defer s.Close()
	beat(b, s)
	var workers atomic.Int64
	b.ResetTimer()
	b.RunParallel(func(pb *testing.PB) {
		scope := store.Scope{Tenant: "acme", Conversation: fmt.Sprint(workers.Add(1))}
		for pb.Next() {
			turn(b, s, scope, "hello")
		}
	})
}
