package postgres_test

import (
	"testing"

	"github.com/bothost/bothost/plugins/store-postgres/pgtest"
)

// A turn is one round trip to begin it and one to commit it, also through a
// pooler.
func TestEachCallOfATurnIsOneRoundTrip(t *testing.T) {
	t.Parallel()
	for name, port := range map[string]func(*testing.T, *pgtest.Database) int{
		"directly":         func(_ *testing.T, d *pgtest.Database) int { return d.Port },
		"through a pooler": func(t *testing.T, d *pgtest.Database) int { return d.Pooler(t) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := server.Database(t)
			p := proxyTo(t, port(t, d))
			config := p.before(separated(d))
			config.PoolSize = 1
			s := open(t, config)
			beat(t, s)
			turn(t, s, scope, "the connection gets to know the statements")
			for i := range 20 {
				request := beginning(scope, "hello")
				commit := committing(request, "hello")
				begin := p.tripsOf(func() {
					if _, err := s.BeginTurn(t.Context(), request); err != nil {
						t.Errorf("begin: %v", err)
					}
				})
				end := p.tripsOf(func() {
					if _, err := s.CommitTurn(t.Context(), commit); err != nil {
						t.Errorf("commit: %v", err)
					}
				})
				if begin != 1 || end != 1 {
					t.Fatalf("turn %d: %d round trips to begin, %d to commit", i, begin, end)
				}
			}
		})
	}
}

func (p *proxy) tripsOf(call func()) int64 {
	before := p.trips.Load()
	call()
	return p.trips.Load() - before
}
